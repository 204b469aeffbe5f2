// One question to DNS servers, by c-ares: sockets of the event loop, no thread. It never takes longer than it may, and
// never rejects. Truncated responses are requested again by TCP, and CNAMEs followed, by c-ares and the server.
import { Resolver } from 'node:dns/promises';
import { parseEmailAddress } from '../domain/email-address';
import type { LookUp } from '../domain/mail-dns';
import { type Clock, withTimeout } from '../lib/clock';

/** For one question, and for all of a request. */
export const LOOK_UPS_TIMEOUT_MS = 1_800;

/** c-ares waits up to twice as long for the first try and again for the second: 1,600 ms for one silent server. */
const TRY_TIMEOUT_MS = 400;

/** One packet may be lost. */
const TRIES = 2;

/** Contacts of one name. */
const MAX_CONTACTS = 5;

/** TXT records that are read to find them: a response by TCP has room for thousands. */
const MAX_TXT_RECORDS = 50;

/** No such name, no such record, no name at all (with a label in front it may be too long). */
const NO_RECORDS: ReadonlySet<unknown> = new Set(['ENOTFOUND', 'ENODATA', 'EBADNAME']);

const READERS = {
  /** A null MX, which refuses mail, has no exchange (RFC 7505). */
  MX: async (resolver: Resolver, name: string) =>
    (await resolver.resolveMx(name)).flatMap(({ exchange }) => exchange || []).slice(0, 1),
  /** Sorted, as servers rotate records. */
  TXT: async (resolver: Resolver, name: string) =>
    (await resolver.resolveTxt(name))
      // In c-ares a byte is a character; addresses may be UTF-8 (RFC 6532).
      .map((strings) => Buffer.from(strings.join(''), 'latin1').toString())
      .sort()
      .slice(0, MAX_TXT_RECORDS)
      .flatMap((text) => parseEmailAddress(text) ?? [])
      .slice(0, MAX_CONTACTS),
};

/** Without servers: the system's. */
export function createDnsClient(servers: readonly string[], clock: Clock) {
  const resolver = new Resolver({ timeout: TRY_TIMEOUT_MS, tries: TRIES });
  if (servers.length > 0) {
    resolver.setServers(servers);
  }
  let running = 0;
  const query: LookUp = async (type, name) => {
    running += 1;
    const response = READERS[type](resolver, name).catch(({ code }: NodeJS.ErrnoException) =>
      NO_RECORDS.has(code) ? [] : undefined,
    );
    const records = await withTimeout(clock, LOOK_UPS_TIMEOUT_MS, response);
    running -= 1;
    if (running === 0) {
      // What still goes on is late. c-ares cancels all of a resolver, or nothing.
      resolver.cancel();
    }
    return records;
  };
  return { query, close: () => resolver.cancel() };
}
