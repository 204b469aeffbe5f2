// IP addresses as headers, sockets and settings spell them, in one form.
import ipaddr from 'ipaddr.js';

export type IpAddress = ipaddr.IPv4 | ipaddr.IPv6;
export type IpNetwork = [address: IpAddress, bits: number];

/**
 * Without what some add: a port (203.0.113.1:50712, [2001:db8::1]:50712) and a zone, which means something on one machine alone.
 * An IPv4-mapped address (RFC 4291 section 2.5.5.2) is the IPv4 address in it. `undefined`: no address.
 */
export function parseIpAddress(text: string): IpAddress | undefined {
  const [, bracketed] = /^\[([^\]]*)\](?::\d+)?$/.exec(text) ?? [];
  const bare = bracketed ?? text.replace(/^([^:]*):\d+$/, '$1');
  const address = bare.replace(/%.*$/, '');
  return ipaddr.isValid(address) ? ipaddr.process(address) : undefined;
}

/** A network such as 192.0.2.0/28, or the one of an address alone. */
export function parseIpNetwork(text: string): IpNetwork | undefined {
  if (ipaddr.isValidCIDR(text)) {
    return ipaddr.parseCIDR(text);
  }
  const address = parseIpAddress(text);
  return address && [address, address.toByteArray().length * 8];
}

export function isInNetworks(text: string, networks: readonly IpNetwork[]): boolean {
  const address = parseIpAddress(text);
  return networks.some(
    ([network, bits]) => address?.kind() === network.kind() && address.match(network, bits),
  );
}
