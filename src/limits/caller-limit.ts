// The limit of one caller: by subject, or where no subject is known, by address.
import type { Caller } from '../domain/caller';
import type { RollingWindow } from '../domain/rolling-window';
import { parseIpAddress } from '../lib/ip-address';
import { type Limit, toKey } from './limit-store';

/** Empty windows: no limit. */
export function toCallerLimit(
  { subject, address }: Caller,
  windows: readonly RollingWindow[],
): Limit | undefined {
  if (windows.length === 0) {
    return undefined;
  }
  const key =
    subject === undefined ? toKey('address', toNetwork(address)) : toKey('subject', subject);
  return { kind: 'caller', key, windows };
}

/**
 * Bytes of an IPv6 address that name a customer's network (a /56): what providers delegate to a household, as RFC
 * 6177 and RIPE-690 advise. By /64 one household would have 256 quotas.
 */
const NETWORK_BYTES = 7;

/** Where the IPv4 address is in an IPv6 address of a range that ipaddr.js names; as bytes. */
const EMBEDDED_IPV4: Readonly<Record<string, (bytes: readonly number[]) => readonly number[]>> = {
  // ::ffff:0:0:0/96, RFC 2765 section 2.1
  rfc6145: (bytes) => bytes.slice(12),
  // NAT64: 64:ff9b::/96, RFC 6052 section 2.1, and of a network's own, 64:ff9b:1::/48, RFC 8215
  rfc6052: (bytes) => bytes.slice(12),
  // 2002::/16, RFC 3056 section 2
  '6to4': (bytes) => bytes.slice(2, 6),
  // 2001::/32, RFC 4380 section 4: the client's address, with every bit inverted
  teredo: (bytes) => bytes.slice(12).map((byte) => 255 - byte),
};

function toNetwork(address: string): string {
  const parsed = parseIpAddress(address);
  if (!parsed) {
    // All who cannot be told apart share one quota.
    return 'unknown';
  }
  const bytes = parsed.toByteArray();
  if (parsed.kind() === 'ipv4') {
    return bytes.join('.');
  }
  const toIpv4 = EMBEDDED_IPV4[parsed.range()];
  return toIpv4 ? toIpv4(bytes).join('.') : bytes.slice(0, NETWORK_BYTES).join(':');
}
