// What of ioredis is used, and how. Its defaults queue commands, send them again after a reconnect and follow no
// failover: here each is sent once or fails, since its caller does not wait long.
import { isIP } from 'node:net';
import { Cluster, type CommonRedisOptions, Redis } from 'ioredis';
import { TRY } from './redis-check';
import { AGREE_ON_CLOCK } from './redis-clock';
import { SCRIPTS } from './redis-scripts';
import type { RedisTarget } from './redis-url';

export type RedisClient = Redis | Cluster;

/** Milliseconds between attempts to connect, at most. */
const MAX_RECONNECT_DELAY_MS = 500;

/** Redirections of one command: to the node that has a slot now, to the one that it moves to, and back. */
const MAX_REDIRECTIONS = 5;

/** Lua, by the name under which a client has it. */
export const REDIS_SCRIPTS = {
  ...SCRIPTS,
  limitsTry: TRY,
  limitsAgreeOnClock: AGREE_ON_CLOCK,
} as const;

export function createRedisClient(target: RedisTarget, timeoutMs: number): RedisClient {
  const [address] = target.addresses;
  const retryDelay = (attempt: number) => Math.min(attempt * 50, MAX_RECONNECT_DELAY_MS);
  const tls = target.tls && { tls: {} };
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
    username: target.username,
    password: target.password,
  } satisfies CommonRedisOptions & Record<string, unknown>;
  const scripts = Object.fromEntries(
    Object.entries(REDIS_SCRIPTS).map(([name, lua]) => [name, { lua }]),
  );
  switch (target.kind) {
    case 'single':
      return new Redis({
        ...common,
        ...address,
        // Without the name some managed servers do not know who is wanted.
        ...(tls && { tls: isIP(address.host) ? {} : { servername: address.host } }),
        scripts,
        db: target.database,
        retryStrategy: retryDelay,
      });
    case 'sentinel':
      return new Redis({
        ...common,
        ...(tls && { ...tls, sentinelTLS: {}, enableTLSForSentinelMode: true }),
        scripts,
        db: target.database,
        retryStrategy: retryDelay,
        name: target.master,
        sentinels: [...target.addresses],
        sentinelUsername: target.sentinel.username,
        sentinelPassword: target.sentinel.password,
        sentinelCommandTimeout: timeoutMs,
        sentinelRetryStrategy: retryDelay,
        // Without it a master that was replaced is written to for 10 s, and all of that is lost.
        failoverDetector: true,
        sentinelReconnectStrategy: () => MAX_RECONNECT_DELAY_MS,
      });
    case 'cluster':
      return new Cluster([...target.addresses], {
        lazyConnect: true,
        // Else a command to a node that is being connected to is refused; to no node at all none is sent, see `RedisConnection`.
        enableOfflineQueue: true,
        // Else CLUSTERDOWN would be no reply that says so, but a connection that never succeeds.
        enableReadyCheck: false,
        scripts,
        clusterRetryStrategy: retryDelay,
        slotsRefreshTimeout: timeoutMs,
        maxRedirections: MAX_REDIRECTIONS,
        // `0`: what a lost connection may have carried out is not sent again.
        retryDelayOnFailover: 0,
        retryDelayOnClusterDown: 0,
        retryDelayOnTryAgain: 1,
        // The name in a certificate is the host's, and an address may become another's.
        dnsLookup: (host, callback) => callback(null, host),
        redisOptions: { ...common, ...tls, socketTimeout: 4 * timeoutMs },
      });
  }
}
