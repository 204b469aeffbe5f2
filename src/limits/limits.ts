// The limits put together: what a call reserves, in one store, in this process or shared through Redis.
import { randomUUID } from 'node:crypto';
import type { Logger } from 'pino';
import type { Limits, Refused, Reservation } from '../domain/reservation';
import type { RollingWindow } from '../domain/rolling-window';
import type { ReportUpstream } from '../domain/upstream-event';
import type { Clock } from '../lib/clock';
import { toCallerLimit } from './caller-limit';
import { toKey } from './key';
import type { Limit, LimitStore, Waits } from './limit-store';
import { MemoryStore } from './memory-store';
import { QuotaQueue } from './quota-queue';
import { toRecipientLimits } from './recipient-limits';
import { ResilientStore } from './resilient-store';
import { toRetryAfterSeconds } from './retry-after-seconds';

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
  /** Where limits are counted at the moment. */
  readonly countedIn: LimitsCountedIn;
  close(): Promise<void>;
}

/** `this-process`: Redis is set, and does not answer. */
type LimitsCountedIn = 'memory' | 'redis' | 'this-process';

/** Added to each of DigiCert's windows: what two clocks read in whole milliseconds may differ by. */
const ROUNDING_MS = 1;

const NOTHING: Reservation = { commit: () => {}, release: () => {} };

export async function startLimits(
  settings: LimitSettings,
  dependencies: LimitDependencies,
): Promise<StartedLimits> {
  const { clock, log, baseUrl, apiKey, report } = dependencies;
  const store = await startStore(settings.redis, toKey(baseUrl), clock, log);
  const createId = createIds();
  const windows = settings.digicertQuota.map(({ limit, windowMs }) => ({
    limit,
    windowMs: windowMs + ROUNDING_MS,
  }));
  let current: { readonly apiKey: string; readonly queue: QuotaQueue } | undefined;
  /** Of the key in use, which may be replaced. */
  const useQueue = (): QuotaQueue => {
    const key = apiKey();
    if (current?.apiKey !== key) {
      const quota: Limit = { kind: 'digicert', key: toKey(key), windows };
      const maxWaitMs = settings.quotaWaitMs;
      current = {
        apiKey: key,
        queue: new QuotaQueue({ store, quota, maxWaitMs, clock, createId }),
      };
    }
    return current.queue;
  };
  const toReservation = (
    id: string,
    limits: readonly Limit[],
    onRelease = () => {},
  ): Reservation =>
    limits.length === 0
      ? NOTHING
      : {
          commit: () => void store.commit(id, limits),
          release: () => void store.release(id, limits).then(onRelease),
        };

  return {
    async reserve({ caller, request, quota: wantsQuota = false }, deadline) {
      const count = caller && toCallerLimit(caller, settings.callerQuota);
      const recipients = request
        ? toRecipientLimits(request, settings.resendCooldownSeconds * 1_000)
        : [];
      const queue = useQueue();
      const quota = wantsQuota && queue.counts ? [queue.quota] : [];
      if (!count && recipients.length + quota.length === 0) {
        return { ok: true, recipients: NOTHING, quota: wantsQuota ? NOTHING : undefined };
      }
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
          recipients: toReservation(id, recipients),
          quota: wantsQuota ? toReservation(id, quota, () => queue.askAgain()) : undefined,
        }
      );
    },
    block: (forSeconds) => useQueue().block(forSeconds * 1_000),
    usage: async () => {
      const used = await store.count(useQueue().quota);
      return settings.digicertQuota.map((window, index) => ({ window, used: used[index] ?? 0 }));
    },
    get countedIn() {
      return whereCounted(store);
    },
    close: () => store.close(),
  };
}

function whereCounted(store: LimitStore): LimitsCountedIn {
  if (!(store instanceof ResilientStore)) {
    return 'memory';
  }
  return store.isShared ? 'redis' : 'this-process';
}

/** The scope is not that of the longest wait: caller first, then the mailboxes, then DigiCert. */
function toRefused({ caller, recipient, digicert }: Waits): Refused {
  const [scope, waitMs] =
    caller > 0
      ? (['CALLER', caller] as const)
      : recipient > 0
        ? (['COOLDOWN', recipient] as const)
        : (['DIGICERT', digicert] as const);
  return { ok: false, scope, retryAfterSeconds: toRetryAfterSeconds(waitMs) };
}

async function startStore(
  redis: RedisSettings | undefined,
  instance: string,
  clock: Clock,
  log: Logger,
): Promise<LimitStore> {
  const local = new MemoryStore(clock);
  return redis
    ? ResilientStore.start({
        redis: new (loadRedis().RedisStore)({ ...redis, instance }),
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
