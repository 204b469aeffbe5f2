// Redis while it answers, and while it does not, this process alone with a share of every limit. What
// is granted is written down on both sides, so that neither begins with an empty log when they change.
import type { Logger } from 'pino';
import type { Clock } from '../domain/clock';
import type { RollingWindow } from '../domain/rolling-window';
import type { LimitStore, LogName, Place, Taken } from './limit-store';
import type { MemoryStore } from './memory-store';
import type { RedisStore } from './redis-store';

/** Milliseconds between two looks at a Redis that was lost. */
const PROBE_INTERVAL_MS = 1_000;

/** Looks that a Redis which answers again waits for, so that everybody has told it what it may have lost. */
const PROBES_BEFORE_USE = 2;

export interface ResilientStoreOptions {
  readonly redis: RedisStore;
  readonly local: MemoryStore;
  /** Share of each limit that this process may use alone, above 0 and up to 1. */
  readonly share: number;
  readonly clock: Clock;
  readonly log: Logger;
}

type State =
  | { readonly kind: 'shared' }
  /** `decisions`: how many were taken here since. */
  | { readonly kind: 'local'; readonly sinceMs: number; decisions: number; cancelProbe: () => void }
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

  take(log: LogName, windows: readonly RollingWindow[], place: Place): Promise<Taken> {
    const { redis, local } = this.#options;
    return this.#ask(
      async () => {
        const taken = await redis.take(log, windows, place);
        if (taken.ok) {
          local.recordPlace(log, windows, place);
        } else if (taken.shutForMs !== undefined) {
          await local.shut(log, taken.shutForMs);
        }
        return taken;
      },
      () => local.take(log, this.#toShare(windows), place),
    );
  }

  use(log: LogName, windows: readonly RollingWindow[], id: string): Promise<void> {
    return this.#tell((store) => store.use(log, windows, id));
  }

  giveBack(log: LogName, id: string): Promise<void> {
    return this.#tell((store) => store.giveBack(log, id));
  }

  /** Only looked at, so a Redis that does not answer is no reason to fall back. */
  async count(log: LogName, windows: readonly RollingWindow[]): Promise<readonly number[]> {
    const { redis, local } = this.#options;
    return this.isShared
      ? redis.count(log, windows).catch(() => local.count(log, windows))
      : local.count(log, windows);
  }

  shut(log: LogName, forMs: number): Promise<void> {
    return this.#tell((store) => store.shut(log, forMs));
  }

  hold(keys: readonly string[], holder: string, forMs: number): Promise<number> {
    const { redis, local } = this.#options;
    return this.#ask(
      async () => {
        const leftMs = await redis.hold(keys, holder, forMs);
        if (leftMs === 0) {
          local.recordHold(keys, holder, forMs);
        }
        return leftMs;
      },
      () => local.hold(keys, holder, forMs),
    );
  }

  keep(keys: readonly string[], holder: string, forMs: number): Promise<void> {
    return this.#tell((store) => store.keep(keys, holder, forMs));
  }

  release(keys: readonly string[], holder: string): Promise<void> {
    return this.#tell((store) => store.release(keys, holder));
  }

  async close(): Promise<void> {
    if (this.#state.kind === 'local') {
      this.#state.cancelProbe();
    }
    this.#state = { kind: 'closed' };
    await this.#options.redis.close();
  }

  /** A question is answered by Redis, or in its stead by this process. */
  async #ask<Answer>(shared: () => Promise<Answer>, local: () => Promise<Answer>): Promise<Answer> {
    if (this.#state.kind === 'shared') {
      try {
        return await shared();
      } catch (error) {
        this.#fallBack(error);
      }
    }
    if (this.#state.kind === 'local') {
      this.#state.decisions += 1;
    }
    return local();
  }

  /** News goes to both. Redis is told even while it is not asked: it may only be slow. */
  async #tell(tell: (store: LimitStore) => Promise<void>): Promise<void> {
    const { redis, local } = this.#options;
    await tell(local);
    await tell(redis).catch((error: unknown) => this.#fallBack(error));
  }

  /** At least one, or a small limit would stop everything. */
  #toShare(windows: readonly RollingWindow[]): readonly RollingWindow[] {
    return windows.map(({ limit, windowMs }) => ({
      limit: Math.max(1, Math.floor(limit * this.#options.share)),
      windowMs,
    }));
  }

  #fallBack(error: unknown): void {
    if (this.#state.kind !== 'shared') {
      return;
    }
    const { redis, clock, log, share } = this.#options;
    this.#state = { kind: 'local', sinceMs: clock.now(), decisions: 0, cancelProbe: () => {} };
    this.#probeLater(this.#state, 0);
    log.error(
      // Not the error itself: ioredis' hold the whole command.
      {
        event: 'limits.redis-lost',
        share,
        reason: error instanceof Error ? error.message : String(error),
        connection: redis.lastError,
      },
      'Redis does not answer: limits are counted in this process alone, with a share of each',
    );
  }

  #probeLater(state: State & { kind: 'local' }, successes: number): void {
    state.cancelProbe = this.#options.clock.after(PROBE_INTERVAL_MS, () => {
      void this.#probe(state, successes);
    });
  }

  async #probe(state: State & { kind: 'local' }, successes: number): Promise<void> {
    const { redis, local, clock, log } = this.#options;
    const answers = await redis
      .probe()
      .then(async () => {
        await redis.restore(local.snapshot());
        return true;
      })
      .catch(() => false);
    if (this.#state !== state) {
      return;
    }
    if (!answers || successes + 1 < PROBES_BEFORE_USE) {
      this.#probeLater(state, answers ? successes + 1 : 0);
      return;
    }
    this.#state = { kind: 'shared' };
    log.info(
      {
        event: 'limits.redis-back',
        lostForMs: clock.now() - state.sinceMs,
        localDecisions: state.decisions,
      },
      'Redis answers again: limits are shared',
    );
  }
}
