// IP addresses as headers, sockets and settings spell them, in one form.
import ipaddr from 'ipaddr.js';

type IpAddress = ipaddr.IPv4 | ipaddr.IPv6;

/**
 * Without what some add: a port (203.0.113.1:50712, [2001:db8::1]:50712) and a zone, which means something on one machine alone.
 * An IPv4-mapped address (RFC 4291 section 2.5.5.2) is the IPv4 address in it. `undefined`: no address.
 */
export function parseIpAddress(text: string): IpAddress | undefined {
  const [, bracketed] = /^\[([^\]]*)\](?::\d+)?$/.exec(text) ?? [];
  const bare = bracketed ?? text.replace(/^([^:]*):\d+$/, '$1');
  const [address = ''] = bare.split('%', 1);
  return ipaddr.isValid(address) ? ipaddr.process(address) : undefined;
}

/** Takes addresses and networks such as 192.0.2.0/28; what is neither holds nothing. */
export function createNetworkCheck(networks: readonly string[]): (address?: string) => boolean {
  const known = { networks: networks.flatMap(parseNetwork) };
  return (text = '') => {
    const address = parseIpAddress(text);
    return address !== undefined && ipaddr.subnetMatch(address, known) === 'networks';
  };
}

function parseNetwork(text: string): [network: IpAddress, bits: number][] {
  const address = parseIpAddress(text);
  if (address) {
    return [[address, 8 * address.toByteArray().length]];
  }
  if (!ipaddr.isValidCIDR(text)) {
    return [];
  }
  const [network, bits] = ipaddr.parseCIDR(text);
  const isMapped = network instanceof ipaddr.IPv6 && network.isIPv4MappedAddress() && bits >= 96;
  return [isMapped ? [network.toIPv4Address(), bits - 96] : [network, bits]];
}
