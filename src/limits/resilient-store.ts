// Redis while it answers, and while it does not, this process alone with a share of every limit. What
// is granted is written down on both sides, so that neither begins with an empty log when they change.
import {
  type Change,
  type Limit,
  LimitStore,
  type ReserveRequest,
  type ReserveResult,
} from './limit-store';
import type { MemoryStore } from './memory-store';
import { RedisReport, type RedisReportOptions } from './redis-report';

/** Milliseconds between two looks at a Redis that was lost. */
const PROBE_INTERVAL_MS = 1_000;

/** Milliseconds before it was found lost from which on Redis may not have what was written: twice the longest time-out. */
const UNCONFIRMED_MS = 20_000;

interface ResilientStoreOptions extends RedisReportOptions {
  readonly local: MemoryStore;
}

/** This process decides alone. */
interface Alone {
  readonly sinceMs: number;
  /** How many were taken here since. */
  decisions: number;
  /**
   * Whether Redis, which answers again, knows what was granted. From then on it has a say, although it is not
   * relied on yet.
   */
  restored: Promise<boolean>;
}

const NOT_RESTORED = Promise.resolve(false);

export class ResilientStore extends LimitStore {
  /** `undefined`: Redis answers. */
  #alone: Alone | undefined;
  #cancelProbe = () => {};
  readonly #report: RedisReport;

  private constructor(private readonly options: ResilientStoreOptions) {
    super();
    this.#report = new RedisReport(options);
  }

  /** Resolves when Redis is connected, or was found not to be there for the moment. */
  static async start(options: ResilientStoreOptions): Promise<ResilientStore> {
    const store = new ResilientStore(options);
    try {
      await options.redis.connection.connect();
      await store.#check();
    } catch (error) {
      store.#fallBack(error);
    }
    options.redis.connection.onLost((error) => store.#fallBack(error));
    options.redis.connection.onMoved(() => {
      // Another server has the keys: it may lack what the one before had not replicated.
      if (!store.#alone) {
        const restored = store.#restore(options.clock.monotonicMs());
        restored.catch((error: unknown) => store.#fallBack(error));
      }
    });
    return store;
  }

  get isShared(): boolean {
    return !this.#alone;
  }

  get counted() {
    return { limits: this.isShared ? 'redis' : 'this-process', redis: this.#report.state } as const;
  }

  async reserve(request: ReserveRequest): Promise<ReserveResult> {
    const { redis, local, share } = this.options;
    // Not before Redis has what was granted up to now: what is granted in between would never reach it.
    const isAsked = !this.#alone || (await this.#isRestored(this.#alone));
    const shared = isAsked
      ? await redis.reserve(request).catch((error: unknown) => this.#fallBack(error))
      : undefined;
    if (shared && !this.#alone) {
      local.record(request, shared);
      return shared;
    }
    if (this.#alone) {
      this.#alone.decisions += 1;
    }
    if (shared && !shared.ok) {
      return shared;
    }
    const reserved = await local.reserve(request, share);
    // Redis may have reserved: it agreed, or its response came too late.
    if (isAsked && !reserved.ok) {
      void this.cancel(request);
    }
    return reserved;
  }

  /** To both. Redis gets it even while it is not used: it may only be slow. */
  async write(...changes: readonly Change[]): Promise<void> {
    const { redis, local } = this.options;
    await local.write(...changes);
    await redis.write(...changes).catch((error: unknown) => this.#fallBack(error));
  }

  count(limit: Limit): Promise<readonly number[]> {
    return this.#look((store) => store.count(limit));
  }

  attemptsOf(order: string) {
    return this.#look((store) => store.attemptsOf(order));
  }

  async close(): Promise<void> {
    this.#cancelProbe();
    this.#alone = this.#startAlone();
    await this.options.redis.close();
  }

  /** A restore that takes longer than a caller may wait is void: what is granted here meanwhile is not in it. */
  async #isRestored(alone: Alone): Promise<boolean> {
    const { restored } = alone;
    const isRestored = await this.options.redis.connection.withTimeout(restored).catch(() => false);
    if (!isRestored && alone.restored === restored) {
      alone.restored = NOT_RESTORED;
    }
    return isRestored;
  }

  /** Only looked at, so a Redis that does not answer is no reason to fall back. */
  async #look<Result>(look: (store: LimitStore) => Promise<Result>): Promise<Result> {
    const { redis, local } = this.options;
    return this.isShared ? look(redis).catch(() => look(local)) : look(local);
  }

  #fallBack(error: unknown): undefined {
    if (this.#alone) {
      this.#alone.restored = NOT_RESTORED;
      return;
    }
    this.#alone = this.#startAlone();
    this.#report.lost(error);
    void this.#recover(this.#alone);
  }

  /** Rejects unless Redis can be relied on. */
  async #check(): Promise<void> {
    this.#report.found(await this.options.redis.connection.check());
  }

  /** Also what was written before that moment, and perhaps lost. */
  #restore(sinceMs: number): Promise<void> {
    const { redis, local } = this.options;
    return redis.restore(local.snapshot(sinceMs - UNCONFIRMED_MS));
  }

  #startAlone(): Alone {
    const sinceMs = this.options.clock.monotonicMs();
    return { sinceMs, decisions: 0, restored: NOT_RESTORED };
  }

  /** Two looks in a row have to restore Redis before it is used: so every gateway has restored what it may have lost. */
  async #recover(alone: Alone): Promise<void> {
    const { clock, log } = this.options;
    let isRecovered = false;
    while (!isRecovered) {
      await new Promise<void>((resolve) => {
        this.#cancelProbe = clock.after(PROBE_INTERVAL_MS, resolve);
      });
      const isThere = await succeeds(this.#check(), (error) => this.#report.stillLost(error));
      const wasRestored = await alone.restored;
      const restored = isThere ? succeeds(this.#restore(alone.sinceMs)) : NOT_RESTORED;
      alone.restored = restored;
      // Unless something failed in the meantime.
      isRecovered = (await restored) && alone.restored === restored && wasRestored;
      if (this.#alone !== alone) {
        return;
      }
    }
    this.#alone = undefined;
    log.info(
      {
        event: 'redis.recovered',
        lostForMs: Math.round(clock.monotonicMs() - alone.sinceMs),
        localDecisions: alone.decisions,
      },
      'Redis answers again: limits are shared',
    );
  }
}

function succeeds(action: Promise<void>, onFailed = (_error: unknown) => {}): Promise<boolean> {
  return action.then(
    () => true,
    (error: unknown) => {
      onFailed(error);
      return false;
    },
  );
}
