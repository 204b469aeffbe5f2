// The limits put together: one store for all of them, in this process or shared through Redis.
import { randomUUID } from 'node:crypto';
import type { Logger } from 'pino';
import type { Clock } from '../domain/clock';
import type { CallerQuota, Cooldown, DigicertQuota } from '../domain/limits';
import type { RollingWindow } from '../domain/rolling-window';
import { createCallerQuota } from './caller-quota';
import { createCooldown } from './cooldown';
import { DigicertGate } from './digicert-gate';
import { toKey } from './key';
import type { LimitStore } from './limit-store';
import { MemoryStore } from './memory-store';
import { ResilientStore } from './resilient-store';

export interface LimitSettings {
  /** What DigiCert allows an API key. Empty: no limit. */
  readonly digicertQuota: readonly RollingWindow[];
  /** Milliseconds a call may wait for room in it. */
  readonly quotaWaitMs: number;
  /** 0: none. */
  readonly resendCooldownSeconds: number;
  /** What each caller may ask for. Empty: no limit. */
  readonly callerQuota: readonly RollingWindow[];
  /** `undefined`: limits are counted in this process. */
  readonly redis: RedisSettings | undefined;
}

export interface RedisSettings {
  readonly url: string;
  /** Milliseconds for a command. */
  readonly timeoutMs: number;
  /** Percent of each limit that this process uses alone while Redis does not answer. */
  readonly fallbackPercent: number;
}

export interface LimitDependencies {
  readonly clock: Clock;
  readonly log: Logger;
  /** Milliseconds that a resend takes at most. */
  readonly timeoutMs: number;
  /** Whose quota it is: DigiCert counts by key, each of its instances for itself. */
  readonly baseUrl: string;
}

export interface Limits {
  /** DigiCert's quota for one API key. */
  digicertQuotaFor(apiKey: string): DigicertQuota;
  readonly callerQuota: CallerQuota;
  readonly cooldown: Cooldown;
  /** Where limits are counted at the moment. */
  readonly countedIn: LimitsCountedIn;
  close(): Promise<void>;
}

/** `this-process`: Redis is set, and does not answer. */
export type LimitsCountedIn = 'memory' | 'redis' | 'this-process';

export async function startLimits(
  settings: LimitSettings,
  dependencies: LimitDependencies,
): Promise<Limits> {
  const { clock, log, timeoutMs, baseUrl } = dependencies;
  const store = await startStore(settings.redis, clock, log);
  const createId = createIds();
  return {
    digicertQuotaFor: (apiKey) =>
      new DigicertGate({
        store,
        log: { kind: 'digicert', key: toKey(baseUrl, apiKey) },
        windows: settings.digicertQuota,
        maxWaitMs: settings.quotaWaitMs,
        clock,
        createId,
      }),
    callerQuota: createCallerQuota({ store, windows: settings.callerQuota, createId }),
    cooldown: createCooldown({
      store,
      cooldownMs: settings.resendCooldownSeconds * 1_000,
      timeoutMs,
      createId,
    }),
    get countedIn() {
      if (!(store instanceof ResilientStore)) {
        return 'memory';
      }
      return store.isShared ? 'redis' : 'this-process';
    },
    close: () => store.close(),
  };
}

async function startStore(
  redis: RedisSettings | undefined,
  clock: Clock,
  log: Logger,
): Promise<LimitStore> {
  const local = new MemoryStore(clock);
  return redis
    ? ResilientStore.start({
        redis: new (loadRedis().RedisStore)(redis),
        local,
        share: redis.fallbackPercent / 100,
        clock,
        log,
      })
    : local;
}

/** Loaded only where it is used: its client takes a tenth of the start. */
function loadRedis() {
  return require('./redis-store') as typeof import('./redis-store');
}

/** Makes names that no other process makes. */
function createIds(): () => string {
  const instance = randomUUID();
  let count = 0;
  return () => `${instance}.${count++}`;
}
