// The limits put together: what a call reserves, in one store, in this process or shared through Redis.
import { randomUUID } from 'node:crypto';
import type { Logger } from 'pino';
import type { RateLimitScope } from '../domain/outcome';
import type { Limits, Refused, Reservation } from '../domain/reservation';
import type { RollingWindow } from '../domain/rolling-window';
import type { ReportUpstream } from '../domain/upstream-event';
import type { Clock } from '../lib/clock';
import { toCallerLimit } from './caller-limit';
import {
  LIMIT_KINDS,
  type Limit,
  type LimitKind,
  type LimitStore,
  toKey,
  toRetryAfterSeconds,
  type Waits,
} from './limit-store';
import { MemoryStore } from './memory-store';
import { QuotaQueue } from './quota-queue';
import { toRecipientLimits } from './recipient-limits';
import { ResilientStore } from './resilient-store';

interface LimitSettings {
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

interface RedisSettings {
  readonly url: string;
  /** Milliseconds for a command. */
  readonly timeoutMs: number;
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
  /** Where limits are counted at the moment. `this-process`: Redis is set, and does not answer. */
  readonly countedIn: 'memory' | 'redis' | 'this-process';
  close(): Promise<void>;
}

/** Added to each of DigiCert's windows: what two clocks read in whole milliseconds may differ by. */
const ROUNDING_MS = 1;

const SCOPES: Readonly<Record<LimitKind, RateLimitScope>> = {
  caller: 'CALLER',
  recipient: 'COOLDOWN',
  digicert: 'DIGICERT',
};

export async function startLimits(
  settings: LimitSettings,
  dependencies: LimitDependencies,
): Promise<StartedLimits> {
  const { clock, log, baseUrl, apiKey, report } = dependencies;
  const local = new MemoryStore(clock);
  const { redis } = settings;
  const resilient =
    redis &&
    (await ResilientStore.start({
      redis: new (loadRedis().RedisStore)({ ...redis, instance: toKey(baseUrl) }),
      local,
      share: redis.fallbackPercent / 100,
      clock,
      log,
    }));
  const store = resilient ?? local;
  const windows = settings.digicertQuota.map(({ limit, windowMs }) => ({
    limit,
    windowMs: windowMs + ROUNDING_MS,
  }));
  let queue: QuotaQueue | undefined;
  /** Of the API key in use, which may be replaced. */
  const useQueue = (): QuotaQueue => {
    const key = toKey(apiKey());
    if (queue?.quota.key !== key) {
      const quota: Limit = { kind: 'digicert', key, windows };
      const maxWaitMs = settings.quotaWaitMs;
      queue = new QuotaQueue({ store, quota, maxWaitMs, clock, createId: () => randomUUID() });
    }
    return queue;
  };
  return {
    async reserve({ caller, request, quota: wantsQuota = false }, deadline) {
      const count = caller && toCallerLimit(caller, settings.callerQuota);
      const recipients = request
        ? toRecipientLimits(request, settings.resendCooldownSeconds * 1_000)
        : [];
      const queue = useQueue();
      const quota = wantsQuota ? [queue.quota] : [];
      const askedAtMs = clock.monotonicMs();
      const { ok, waitMs, id } = await queue.reserve({ count, take: recipients }, quota, deadline);
      const refused = ok ? undefined : toRefused(waitMs);
      if (wantsQuota && (!refused || refused.scope === 'DIGICERT')) {
        report({ kind: 'quota-waited', waitedMs: clock.monotonicMs() - askedAtMs });
      }
      if (refused?.scope === 'DIGICERT') {
        report({ kind: 'rejected', reason: 'quota' });
      }
      return (
        refused ?? {
          ok: true,
          recipients: toReservation(store, id, recipients),
          quota: wantsQuota ? toReservation(store, id, quota, () => queue.askAgain()) : undefined,
        }
      );
    },
    block: (forSeconds) => useQueue().block(forSeconds * 1_000),
    usage: async () => {
      const used = await store.count(useQueue().quota);
      return settings.digicertQuota.map((window, index) => ({ window, used: used[index] ?? 0 }));
    },
    get countedIn() {
      if (!resilient) {
        return 'memory';
      }
      return resilient.isShared ? 'redis' : 'this-process';
    },
    close: () => store.close(),
  };
}

function toReservation(
  store: LimitStore,
  id: string,
  limits: readonly Limit[],
  onRelease = () => {},
): Reservation {
  return {
    commit: () => void (limits.length > 0 && store.commit(id, limits)),
    release: () => void (limits.length > 0 && store.release(id, limits).then(onRelease)),
  };
}

/** The scope is not that of the longest wait, but of the first kind that has one. */
function toRefused(waitMs: Waits): Refused {
  const kind = LIMIT_KINDS.find((kind) => waitMs[kind] > 0) ?? 'digicert';
  return { ok: false, scope: SCOPES[kind], retryAfterSeconds: toRetryAfterSeconds(waitMs[kind]) };
}

/** Loaded only where it is used: its client takes a tenth of the start. */
function loadRedis() {
  return require('./redis-store') as typeof import('./redis-store');
}
