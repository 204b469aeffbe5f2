// The look-ups of a request: few, soon over, and none of what was looked up a moment ago.
import { LRUCache } from 'lru-cache';
import type { LookUp } from '../domain/mail-dns';
import { type Clock, withTimeout } from '../lib/clock';
import { createDnsClient, LOOK_UPS_TIMEOUT_MS } from './dns-client';

/** Questions that one request may send, for all orders in it; what is cached is free. */
const MAX_LOOK_UPS = 50;

/** Names of all requests, a few hundred bytes each. */
const MAX_CACHED = 10_000;

/** The TTL is not known: c-ares reports none for MX and TXT. */
const KEEP_RESPONSE_MS = 300_000;

/** Short, because servers recover; long enough that a dead one delays few requests. */
const KEEP_FAILURE_MS = 30_000;

interface Entry {
  readonly records: ReturnType<LookUp>;
  /** By the monotonic clock; a question in flight is shared. */
  freshUntilMs: number;
}

/** `simulated` takes the place of the system's servers, not of those that are set. */
export function createLookUps(servers: readonly string[], clock: Clock, simulated?: LookUp) {
  const { query, close } =
    simulated && servers.length === 0
      ? { query: simulated, close: () => {} }
      : createDnsClient(servers, clock);
  const entries = new LRUCache<string, Entry>({ max: MAX_CACHED });

  const find = (key: string): Entry | undefined => {
    const entry = entries.get(key);
    return entry && entry.freshUntilMs > clock.monotonicMs() ? entry : undefined;
  };

  const ask = (key: string, ...[type, name]: Parameters<LookUp>): Entry => {
    const entry: Entry = { records: query(type, name), freshUntilMs: Number.POSITIVE_INFINITY };
    entries.set(key, entry);
    entry.records.then((records) => {
      entry.freshUntilMs = clock.monotonicMs() + (records ? KEEP_RESPONSE_MS : KEEP_FAILURE_MS);
    });
    return entry;
  };

  /** For one request. Its time begins with its first look-up. */
  const startRequest = (): LookUp => {
    const own = new Map<string, ReturnType<LookUp>>();
    let left = MAX_LOOK_UPS;
    let endsAtMs: number | undefined;

    const start = async (key: string, ...[type, name]: Parameters<LookUp>) => {
      const nowMs = clock.monotonicMs();
      endsAtMs ??= nowMs + LOOK_UPS_TIMEOUT_MS;
      let entry = find(key);
      if (!entry && left > 0 && nowMs < endsAtMs) {
        left -= 1;
        entry = ask(key, type, name);
      }
      return entry && withTimeout(clock, Math.max(endsAtMs - nowMs, 0), entry.records);
    };

    return (type, name) => {
      const key = `${type} ${name}`;
      const records = own.get(key) ?? start(key, type, name);
      own.set(key, records);
      return records;
    };
  };

  return { startRequest, close };
}
