// What one caller may ask for: by subject, or where nobody has to say who they are, by address.
import ipaddr from 'ipaddr.js';
import type { CallerQuota } from '../domain/limits';
import { remember } from '../domain/remember';
import type { RollingWindow } from '../domain/rolling-window';
import { toKey } from './key';
import type { LimitStore } from './limit-store';
import { toRetryAfterSeconds } from './retry-after-seconds';

export interface CallerQuotaOptions {
  readonly store: LimitStore;
  /** Empty: no limit. */
  readonly windows: readonly RollingWindow[];
  /** Names a call; unique among all who share the store. */
  readonly createId: () => string;
}

/** Callers of each kind whose keys are remembered: the same ones come again and again. */
const MAX_KNOWN_CALLERS = 1_000;

export function createCallerQuota(options: CallerQuotaOptions): CallerQuota {
  const { store, windows, createId } = options;
  const toSubjectKey = remember(MAX_KNOWN_CALLERS, (subject) => toKey('subject', subject));
  const toAddressKey = remember(MAX_KNOWN_CALLERS, (address) =>
    toKey('address', toNetwork(address)),
  );
  return {
    count: async ({ subject, address }) => {
      if (windows.length === 0) {
        return undefined;
      }
      const key = subject === undefined ? toAddressKey(address) : toSubjectKey(subject);
      const log = { kind: 'caller', key } as const;
      const taken = await store.take(log, windows, { id: createId(), forMs: 0 });
      return taken.ok ? undefined : toRetryAfterSeconds(taken.waitMs);
    },
  };
}

/** Groups of an IPv6 address that name a network, of which one customer has all the addresses (a /64). */
const NETWORK_GROUPS = 4;

function toNetwork(text: string): string {
  // Some proxies write the port too: 203.0.113.1:50712, [2001:db8::1]:50712.
  const address = text.replace(/^\[?([^\]]*?)\]?(?::\d+)?$/, (whole, bare: string) =>
    ipaddr.isValid(whole) ? whole : bare,
  );
  if (!ipaddr.isValid(address)) {
    // A proxy may write "unknown" or worse. All who cannot be told apart share one quota.
    return 'unknown';
  }
  // An IPv4 address in IPv6's clothes is the IPv4 address.
  const parsed = ipaddr.process(address);
  return parsed instanceof ipaddr.IPv6
    ? parsed.parts.slice(0, NETWORK_GROUPS).join(':')
    : parsed.toString();
}
