// Redis while it answers, and while it does not, this process alone with a share of every limit. What
// is granted is written down on both sides, so that neither begins with an empty log when they change.
import type { Logger } from 'pino';
import type { Clock } from '../lib/clock';
import type { Limit, LimitStore, ReserveRequest, ReserveResult } from './limit-store';
import type { MemoryStore } from './memory-store';
import type { RedisStore } from './redis-store';

/** Milliseconds between two looks at a Redis that was lost. */
const PROBE_INTERVAL_MS = 1_000;

/** Probes before a Redis that answers again is used, so that every gateway has restored what it may have lost. */
const PROBES_BEFORE_USE = 2;

interface ResilientStoreOptions {
  readonly redis: RedisStore;
  readonly local: MemoryStore;
  /** Share of each limit that this process may use alone, above 0 and up to 1. */
  readonly share: number;
  readonly clock: Clock;
  readonly log: Logger;
}

type State =
  | { readonly kind: 'shared' }
  /**
   * `decisions`: how many were taken here since. `restored`: Redis, which answers again, knows what was granted. From
   * then on it has a say, although it is not relied on yet. `successes`: probes in a row that found and restored it.
   */
  | {
      readonly kind: 'local';
      readonly sinceMs: number;
      decisions: number;
      restored: Promise<boolean>;
      successes: number;
      cancelProbe: () => void;
    }
  | { readonly kind: 'closed' };

export class ResilientStore implements LimitStore {
  readonly #options: ResilientStoreOptions;
  #state: State = { kind: 'shared' };

  private constructor(options: ResilientStoreOptions) {
    this.#options = options;
  }

  /** Resolves when Redis is connected, or was found not to be there for the moment. */
  static async start(options: ResilientStoreOptions): Promise<ResilientStore> {
    const store = new ResilientStore(options);
    try {
      await options.redis.connect();
    } catch (error) {
      store.#fallBack(error);
    }
    options.redis.onLost(() => store.#fallBack(new Error('The connection is lost.')));
    return store;
  }

  get isShared(): boolean {
    return this.#state.kind === 'shared';
  }

  async reserve(request: ReserveRequest): Promise<ReserveResult> {
    const { local, share } = this.#options;
    const isAsked = await this.#asksRedis();
    const shared = isAsked ? await this.#reserveShared(request) : undefined;
    if (this.#state.kind !== 'local' && shared) {
      local.record(request, shared);
      await this.#noteBlock(request, shared);
      return shared;
    }
    if (this.#state.kind === 'local') {
      this.#state.decisions += 1;
    }
    if (shared && !shared.ok) {
      return shared;
    }
    const reserved = await local.reserve(toShare(request, share));
    // Redis may have reserved: it agreed, or its response came too late.
    if (isAsked && !reserved.ok) {
      void this.release(request.id, request.take ?? []);
    }
    return reserved;
  }

  commit(id: string, limits: readonly Limit[]): Promise<void> {
    return this.#tell((store) => store.commit(id, limits));
  }

  release(id: string, limits: readonly Limit[]): Promise<void> {
    return this.#tell((store) => store.release(id, limits));
  }

  /** Only looked at, so a Redis that does not answer is no reason to fall back. */
  async count(limit: Limit): Promise<readonly number[]> {
    const { redis, local } = this.#options;
    return this.isShared ? redis.count(limit).catch(() => local.count(limit)) : local.count(limit);
  }

  block(limit: Limit, forMs: number): Promise<void> {
    return this.#tell((store) => store.block(limit, forMs));
  }

  async close(): Promise<void> {
    if (this.#state.kind === 'local') {
      this.#state.cancelProbe();
    }
    this.#state = { kind: 'closed' };
    await this.#options.redis.close();
  }

  /** Not before Redis has what was granted up to now: what is granted in between would never reach it. */
  async #asksRedis(): Promise<boolean> {
    return this.#state.kind === 'local'
      ? this.#isRestored(this.#state)
      : this.#state.kind === 'shared';
  }

  /** `undefined`: Redis did not say in time. */
  async #reserveShared(request: ReserveRequest): Promise<ReserveResult | undefined> {
    try {
      return await this.#options.redis.reserve(request);
    } catch (error) {
      this.#fallBack(error);
      return undefined;
    }
  }

  /** A restore that takes longer than a caller may wait is void: what is granted here meanwhile is not in it. */
  async #isRestored(state: State & { kind: 'local' }): Promise<boolean> {
    const { restored } = state;
    const isRestored = await this.#options.redis.withTimeout(restored).catch(() => false);
    if (!isRestored && state.restored === restored) {
      beginAnew(state);
    }
    return isRestored;
  }

  async #noteBlock(
    { check = [], take = [] }: ReserveRequest,
    { blockedForMs }: ReserveResult,
  ): Promise<void> {
    const quota = [...check, ...take].find(({ kind }) => kind === 'digicert');
    if (quota && blockedForMs > 0) {
      await this.#options.local.block(quota, blockedForMs);
    }
  }

  /** Writes go to both. Redis gets them even while it is not used: it may only be slow. */
  async #tell(tell: (store: LimitStore) => Promise<void>): Promise<void> {
    const { redis, local } = this.#options;
    await tell(local);
    await tell(redis).catch((error: unknown) => this.#fallBack(error));
  }

  #fallBack(error: unknown): void {
    if (this.#state.kind === 'local') {
      beginAnew(this.#state);
    }
    if (this.#state.kind !== 'shared') {
      return;
    }
    const { redis, clock, log, share } = this.#options;
    this.#state = {
      kind: 'local',
      sinceMs: clock.monotonicMs(),
      decisions: 0,
      restored: Promise.resolve(false),
      successes: 0,
      cancelProbe: () => {},
    };
    this.#probeLater(this.#state);
    log.error(
      // Not the error itself: ioredis' hold the whole command.
      {
        event: 'redis.unavailable',
        share,
        reason: error instanceof Error ? error.message : String(error),
        connection: redis.lastError,
      },
      'Redis does not answer: limits are counted in this process alone, with a share of each',
    );
  }

  #probeLater(state: State & { kind: 'local' }): void {
    state.cancelProbe = this.#options.clock.after(PROBE_INTERVAL_MS, () => {
      void this.#probe(state);
    });
  }

  async #probe(state: State & { kind: 'local' }): Promise<void> {
    const { redis, local, clock, log } = this.#options;
    try {
      await redis.probe();
      const restored = redis.restore(local.snapshot()).then(
        () => true,
        () => false,
      );
      state.restored = restored;
      // Unless something failed in the meantime.
      if ((await restored) && state.restored === restored) {
        state.successes += 1;
      } else {
        beginAnew(state);
      }
    } catch {
      beginAnew(state);
    }
    if (this.#state !== state) {
      return;
    }
    if (state.successes < PROBES_BEFORE_USE) {
      this.#probeLater(state);
      return;
    }
    this.#state = { kind: 'shared' };
    log.info(
      {
        event: 'redis.recovered',
        lostForMs: Math.round(clock.monotonicMs() - state.sinceMs),
        localDecisions: state.decisions,
      },
      'Redis answers again: limits are shared',
    );
  }
}

/** Redis has to be found and restored again from the start. */
function beginAnew(state: State & { kind: 'local' }): void {
  state.restored = Promise.resolve(false);
  state.successes = 0;
}

/** At least one, or a small limit would stop everything. */
function toShare({ count, check = [], take = [], ...rest }: ReserveRequest, share: number) {
  const toLimit = (limit: Limit): Limit => ({
    ...limit,
    windows: limit.windows.map(({ limit: most, windowMs }) => ({
      limit: Math.max(1, Math.floor(most * share)),
      windowMs,
    })),
  });
  return {
    ...rest,
    count: count && toLimit(count),
    check: check.map(toLimit),
    take: take.map(toLimit),
  };
}
