// The hosts that a gateway may be called by which is there for programs on this machine alone.
import type { AddressInfo } from 'node:net';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import ipaddr from 'ipaddr.js';

/** As they are in a Host header, without the port. */
const LOCAL_HOSTS = ['localhost', '127.0.0.1', '[::1]'];

/**
 * Says whether a request's Host is a local one. Once the owner of a web site lets its name resolve to a loopback
 * address (DNS rebinding), a browser takes this gateway for that site: its pages may call without a preflight. Only
 * the Host header still has the site's name. A gateway that listens on any other address takes every host, as it
 * cannot know the names it has in a network.
 */
export function createHostCheck(server: FastifyInstance): (request: FastifyRequest) => boolean {
  let hosts: ReadonlySet<string> | undefined;
  server.server.once('listening', () => {
    const { address } = server.server.address() as AddressInfo;
    if (ipaddr.process(address).range() === 'loopback') {
      hosts = new Set([...LOCAL_HOSTS, address]);
    }
  });
  // The header itself: what a trusted proxy says is its host is what it was called by.
  return ({ headers: { host = '' } }) =>
    hosts === undefined || hosts.has(host.toLowerCase().replace(/:\d*$/, ''));
}
