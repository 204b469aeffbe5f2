// Limits counted in this process alone.
import type { Clock } from '../lib/clock';
import {
  LIMIT_KINDS,
  type Limit,
  type LimitKind,
  type LimitStore,
  type ReserveRequest,
  type ReserveResult,
  type Snapshot,
  toQuota,
} from './limit-store';
import { UsageLog } from './usage-log';

/**
 * Limits kept, of recipients some 66 MB. Beyond that the caller who called longest ago starts at 0, and of API keys
 * there are one, or two for a while. No recipient is forgotten by what is decided here: others have to wait.
 */
const MAX_LIMITS: Readonly<Record<LimitKind, number>> = {
  caller: 10_000,
  recipient: 100_000,
  digicert: 10,
};

/** Milliseconds to wait where there is no room for another recipient. */
const FULL_WAIT_MS = 1_000;

export class MemoryStore implements LimitStore {
  /** In the order in which they were last used, which is nearly the one in which they end. */
  readonly #kept: Readonly<Record<LimitKind, Map<string, UsageLog>>> = {
    caller: new Map(),
    recipient: new Map(),
    digicert: new Map(),
  };

  constructor(private readonly clock: Clock) {}

  /** `share`: of each limit, above 0 and up to 1. */
  async reserve(request: ReserveRequest, share = 1): Promise<ReserveResult> {
    const { count, check = [], take = [] } = request;
    const nowMs = this.clock.monotonicMs();
    const waitMs = { caller: 0, recipient: 0, digicert: 0 };
    for (const limit of [...(count ? [count] : []), ...check, ...take]) {
      const wait = this.#find(limit)?.waitMs(limit, share, nowMs) ?? 0;
      waitMs[limit.kind] = Math.max(waitMs[limit.kind], wait);
    }
    if (waitMs.recipient === 0 && !this.#hasRoomFor(take, nowMs)) {
      waitMs.recipient = FULL_WAIT_MS;
    }
    const ok = LIMIT_KINDS.every((kind) => waitMs[kind] === 0);
    const quota = toQuota(request);
    const blockedForMs = (quota && this.#find(quota)?.blockedForMs(nowMs)) ?? 0;
    const reserved = { ok, waitMs, blockedForMs };
    this.record(request, reserved);
    return reserved;
  }

  async commit(id: string, limits: readonly Limit[]): Promise<void> {
    const nowMs = this.clock.monotonicMs();
    for (const limit of limits) {
      this.#find(limit)?.remove(id);
      this.#add(limit, id, nowMs, nowMs);
    }
  }

  async release(id: string, limits: readonly Limit[]): Promise<void> {
    const nowMs = this.clock.monotonicMs();
    for (const limit of limits) {
      const log = this.#find(limit);
      log?.remove(id);
      if (log?.hasEnded(nowMs)) {
        this.#kept[limit.kind].delete(limit.key);
      }
    }
  }

  async count(limit: Limit): Promise<readonly number[]> {
    const nowMs = this.clock.monotonicMs();
    return limit.windows.map(({ windowMs }) => this.#find(limit)?.count(windowMs, nowMs) ?? 0);
  }

  async block(limit: Limit, forMs: number): Promise<void> {
    const nowMs = this.clock.monotonicMs();
    this.#open(limit, nowMs).block(nowMs + forMs);
  }

  async close(): Promise<void> {}

  /** Notes what was decided, here or by another store. */
  record(request: ReserveRequest, { ok, waitMs, blockedForMs }: ReserveResult): void {
    const { id, holdMs, count, take = [] } = request;
    const nowMs = this.clock.monotonicMs();
    if (count && waitMs.caller === 0) {
      this.#add(count, id, nowMs, nowMs);
    }
    for (const limit of ok ? take : []) {
      this.#add(limit, id, nowMs + holdMs, nowMs);
    }
    const quota = toQuota(request);
    if (quota && blockedForMs > 0) {
      this.#open(quota, nowMs).block(nowMs + blockedForMs);
    }
  }

  /** How much is kept. */
  get size(): Readonly<Record<LimitKind, number>> {
    const { caller, recipient, digicert } = this.#kept;
    return { caller: caller.size, recipient: recipient.size, digicert: digicert.size };
  }

  /** Callers start at 0: they are many, and forgetting their uses costs little. */
  snapshot(): Snapshot {
    const nowMs = this.clock.monotonicMs();
    return [...this.#kept.digicert.values(), ...this.#kept.recipient.values()].map((log) => ({
      limit: log.limit,
      blockedForMs: log.blockedForMs(nowMs),
      uses: log.usesAt(nowMs).map(({ id, atMs }) => ({ id, usedInMs: atMs - nowMs })),
    }));
  }

  #find({ kind, key }: Limit): UsageLog | undefined {
    return this.#kept[kind].get(key);
  }

  #add(limit: Limit, id: string, atMs: number, nowMs: number): void {
    this.#open(limit, nowMs).add({ id, atMs }, nowMs);
  }

  /** The log of a limit, moved to the end of its kind. */
  #open(limit: Limit, nowMs: number): UsageLog {
    const kept = this.#kept[limit.kind];
    const log = kept.get(limit.key) ?? new UsageLog(limit);
    kept.delete(limit.key);
    this.#forgetEnded(limit.kind, nowMs);
    const [first] = kept.keys();
    if (first !== undefined && kept.size >= MAX_LIMITS[limit.kind]) {
      kept.delete(first);
    }
    kept.set(limit.key, log);
    return log;
  }

  #forgetEnded(kind: LimitKind, nowMs: number): void {
    for (const [key, log] of this.#kept[kind]) {
      if (!log.hasEnded(nowMs)) {
        break;
      }
      this.#kept[kind].delete(key);
    }
  }

  #hasRoomFor(limits: readonly Limit[], nowMs: number): boolean {
    const added = limits.filter((limit) => limit.kind === 'recipient' && !this.#find(limit));
    if (this.#kept.recipient.size + added.length > MAX_LIMITS.recipient) {
      this.#forgetEnded('recipient', nowMs);
    }
    return added.length === 0 || this.#kept.recipient.size + added.length <= MAX_LIMITS.recipient;
  }
}
