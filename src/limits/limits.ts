// The limits put together: what a call reserves, in one store, in this process or shared through Redis.
import { randomUUID } from 'node:crypto';
import { LRUCache } from 'lru-cache';
import type { Logger } from 'pino';
import type { Limits, Refused, Reservation } from '../domain/reservation';
import type { RollingWindow } from '../domain/rolling-window';
import type { ReportUpstream } from '../domain/upstream-event';
import type { Clock } from '../lib/clock';
import { type AttemptSettings, findLast, toAttempt, toOrderKey, toResendAttempt } from './attempts';
import { toCallerLimit } from './caller-limit';
import { type Limit, type ReserveResult, toKey, toRetryAfterSeconds } from './limit-store';
import { MemoryStore } from './memory-store';
import { QuotaQueue } from './quota-queue';
import type { RedisConnectionOptions } from './redis-connection';
import type { RedisState } from './redis-report';
import { ResilientStore } from './resilient-store';

interface LimitSettings {
  /** What DigiCert allows an API key. Empty: no limit. */
  readonly digicertQuota: readonly RollingWindow[];
  /** Milliseconds a call may wait for room in it. */
  readonly quotaWaitMs: number;
  /** Milliseconds for which a recipient is not mailed again, and for which the last attempt is remembered. */
  readonly attempts: AttemptSettings;
  /** What each caller may ask for. Empty: no limit. */
  readonly callerQuota: readonly RollingWindow[];
  /** `undefined`: limits are counted in this process. */
  readonly redis: RedisSettings | undefined;
}

interface RedisSettings extends RedisConnectionOptions {
  /** Percent of each limit that this process uses alone while Redis does not answer. */
  readonly fallbackPercent: number;
}

interface LimitDependencies {
  readonly clock: Clock;
  readonly log: Logger;
  /** Whose quota it is: DigiCert counts by key, each of its instances for itself. */
  readonly baseUrl: string;
  readonly apiKey: () => string;
  readonly report: ReportUpstream;
}

interface StartedLimits extends Limits {
  /** Where limits are counted at the moment. `this-process`: Redis is set, and is not used. */
  counted(): {
    readonly limits: 'memory' | 'redis' | 'this-process';
    /** What Redis is, or why it is not used. None: there is none to be asked. */
    readonly redis?: RedisState;
  };
  close(): Promise<void>;
}

/** What two clocks read in whole milliseconds may differ by one. */
function roundUp({ limit, windowMs }: RollingWindow): RollingWindow {
  return { limit, windowMs: windowMs + 1 };
}

/** In the order in which they are named where several refuse: the caller, the mailboxes, then DigiCert. */
const SCOPES = [
  ['caller', 'CALLER'],
  ['recipient', 'COOLDOWN'],
  ['digicert', 'DIGICERT'],
] as const;

export async function startLimits(
  settings: LimitSettings,
  dependencies: LimitDependencies,
): Promise<StartedLimits> {
  const { clock, log, baseUrl, apiKey, report } = dependencies;
  const { redis, attempts } = settings;
  const local = new MemoryStore(clock, attempts);
  const resilient =
    redis &&
    (await ResilientStore.start({
      redis: new (loadRedis().RedisStore)({ ...redis, ...attempts, instance: toKey(baseUrl) }),
      local,
      share: redis.fallbackPercent / 100,
      clock,
      log,
    }));
  const store = resilient ?? local;
  const windows = settings.digicertQuota.map(roundUp);
  const createId = createIds();
  /** Of the API key in use, which may be replaced. */
  const queues = new LRUCache<string, QuotaQueue>({
    max: 1,
    memoMethod: (key) => {
      const quota: Limit = { kind: 'digicert', key: toKey(key), windows };
      return new QuotaQueue({ store, quota, maxWaitMs: settings.quotaWaitMs, clock, createId });
    },
  });
  const useQueue = () => queues.memo(apiKey());
  return {
    async reserve({ caller, request, quota: wantsQuota = false }, deadline) {
      const count = caller && toCallerLimit(caller, settings.callerQuota);
      const attempt =
        request && caller && attempts.rememberMs > 0
          ? toAttempt(request, caller.correlationId, clock.now(), attempts)
          : undefined;
      const queue = useQueue();
      const askedAtMs = clock.monotonicMs();
      const result = await queue.reserve({ count, attempt }, wantsQuota, deadline);
      const refused = result.ok ? undefined : toRefused(result);
      if (wantsQuota && (!refused || refused.scope === 'DIGICERT')) {
        report({ kind: 'quota-waited', waitedMs: clock.monotonicMs() - askedAtMs });
      }
      if (refused?.scope === 'DIGICERT') {
        report({ kind: 'rejected', reason: 'quota' });
      }
      const { id } = result;
      const quota: Reservation = {
        commit: () => void (windows.length > 0 && store.commit(id, queue.quota)),
        release: () => void store.release(id, queue.quota).then(() => queue.askAgain()),
      };
      return (
        refused ?? {
          ok: true,
          attempt: {
            end: (outcome) => attempt && void store.endAttempt(id, attempt, outcome),
          },
          quota: wantsQuota ? quota : undefined,
        }
      );
    },
    lastResend: async (orderId) => {
      const { attempts, nowMs } = await store.attemptsOf(toOrderKey(orderId));
      const last = findLast(attempts);
      return last && toResendAttempt(last, nowMs);
    },
    block: (forSeconds) => useQueue().block(forSeconds * 1_000),
    usage: async () => {
      const used = await store.count(useQueue().quota);
      return settings.digicertQuota.map((window, index) => ({ window, used: used[index] ?? 0 }));
    },
    counted: () => resilient?.counted ?? { limits: 'memory' },
    close: () => store.close(),
  };
}

/** The scope is not that of the longest wait, but of the first kind that has one. */
function toRefused({ waitMs, cause }: ReserveResult): Refused {
  const [kind, scope] = SCOPES.find(([name]) => waitMs[name] > 0) ?? SCOPES[2];
  return {
    ok: false,
    scope,
    retryAfterSeconds: toRetryAfterSeconds(waitMs[kind]),
    ...(kind === 'recipient' &&
      cause && { lastResend: toResendAttempt(cause.attempt, cause.nowMs) }),
  };
}

/** Loaded only where it is used: its client takes a tenth of the start. */
function loadRedis() {
  return require('./redis-store') as typeof import('./redis-store');
}

/** Makes names that no other process makes. Not a UUID for each: V8 holds one in twenty pieces. */
function createIds(): () => string {
  const instance = randomUUID();
  let count = 0;
  return () => `${instance}.${count++}`;
}
