// What of ioredis is used, and how. Its defaults queue commands, send them again after a reconnect and follow no
// failover: here each is sent once or fails, since its caller does not wait long.
import { isIP } from 'node:net';
import { Cluster, type CommonRedisOptions, Redis } from 'ioredis';
import { SCRIPTS } from './redis-scripts';
import type { RedisTarget } from './redis-url';

/** With the scripts as commands of its own, which it sends along only where Redis does not know them. */
export type RedisClient = (Redis | Cluster) & Record<keyof typeof SCRIPTS, ScriptCommand>;

type ScriptCommand = (
  keyCount: number,
  ...values: readonly (string | number)[]
) => Promise<readonly unknown[] | null>;

/** Milliseconds between attempts to connect, at most. */
const MAX_RECONNECT_DELAY_MS = 500;

/** Redirections of one command: to the node that has a slot now, to the one that it moves to, and back. */
const MAX_REDIRECTIONS = 5;

export function createRedisClient(target: RedisTarget, timeoutMs: number): RedisClient {
  const { kind, tls, username, password, addresses, database, master, sentinel } = target;
  const [address] = addresses;
  const retryDelay = (attempt: number) => Math.min(attempt * 50, MAX_RECONNECT_DELAY_MS);
  const common = {
    lazyConnect: true,
    connectTimeout: timeoutMs,
    // A server that does not answer does not close its side of the connection either.
    disconnectTimeout: timeoutMs,
    enableOfflineQueue: false,
    // It needs INFO, writes to stderr where that is not allowed, and does not look at what matters here.
    enableReadyCheck: false,
    autoResendUnfulfilledCommands: false,
    maxRetriesPerRequest: 0,
    disableClientInfo: true,
    username,
    password,
    ...(tls && { tls: {} }),
  } satisfies CommonRedisOptions & Record<string, unknown>;
  const places = {
    single: {
      ...address,
      // Without the name some managed servers do not know who is wanted.
      ...(tls && !isIP(address.host) && { tls: { servername: address.host } }),
    },
    sentinel: {
      ...(tls && { sentinelTLS: {}, enableTLSForSentinelMode: true }),
      name: master,
      sentinels: [...addresses],
      sentinelUsername: sentinel.username,
      sentinelPassword: sentinel.password,
      sentinelCommandTimeout: timeoutMs,
      sentinelRetryStrategy: retryDelay,
      // Without it a master that was replaced is written to for 10 s, and all of that is lost.
      failoverDetector: true,
      sentinelReconnectStrategy: () => MAX_RECONNECT_DELAY_MS,
    },
  };
  const client =
    kind === 'cluster'
      ? new Cluster([...addresses], {
          lazyConnect: true,
          // Else a command to a node that is being connected to is refused; to no node at all none is sent, see `RedisConnection`.
          enableOfflineQueue: true,
          // Else CLUSTERDOWN would be no reply that says so, but a connection that never succeeds.
          enableReadyCheck: false,
          clusterRetryStrategy: retryDelay,
          slotsRefreshTimeout: timeoutMs,
          maxRedirections: MAX_REDIRECTIONS,
          // `0`: what a lost connection may have carried out is not sent again.
          retryDelayOnFailover: 0,
          retryDelayOnClusterDown: 0,
          retryDelayOnTryAgain: 1,
          // The name in a certificate is the host's, and an address may become another's.
          dnsLookup: (host, callback) => callback(null, host),
          redisOptions: { ...common, socketTimeout: 4 * timeoutMs },
        })
      : new Redis({ ...common, db: database, retryStrategy: retryDelay, ...places[kind] });
  for (const [name, lua] of Object.entries(SCRIPTS)) {
    client.defineCommand(name, { lua });
  }
  return client as RedisClient;
}
