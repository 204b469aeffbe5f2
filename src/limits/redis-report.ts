// What is reported of Redis: the state that `/readyz` has, and log events.
import type { Logger } from 'pino';
import type { Clock } from '../lib/clock';
import type { RedisProblemState } from './redis-problem';
import type { RedisStore } from './redis-store';

/** Milliseconds after which a reason that lasts is logged again. */
const LOG_AGAIN_MS = 60_000;

export interface RedisReportOptions {
  readonly redis: RedisStore;
  /** Share of each limit that this process may use alone, above 0 and up to 1. */
  readonly share: number;
  readonly clock: Clock;
  readonly log: Logger;
}

export type RedisState = 'ok' | 'may-evict' | RedisProblemState;

export class RedisReport {
  state: RedisState = 'ok';
  /** The policy that was logged. */
  #policy: string | undefined;
  /** When each reason was logged last. */
  readonly #loggedAtMs = new Map<string, number>();

  constructor(private readonly options: RedisReportOptions) {}

  /** Redis can be relied on. Where it may evict keys, by which policy. */
  found(policy: string | undefined): void {
    this.state = policy === undefined ? 'ok' : 'may-evict';
    if (policy !== undefined && policy !== this.#policy) {
      this.options.log.warn(
        { event: 'redis.may-evict', policy },
        'Redis may forget keys when its memory is full, and mailboxes are then mailed again: set maxmemory-policy to noeviction, and allow INFO',
      );
    }
    this.#policy = policy;
  }

  lost(error: unknown): void {
    this.#loggedAtMs.clear();
    this.stillLost(error);
  }

  /** Logged when the reason changes, and once a minute; one that comes and goes, once a minute too. */
  stillLost(error: unknown): void {
    const { redis, clock, log, share } = this.options;
    const { state, reason } = redis.connection.explain(error);
    this.state = state;
    const nowMs = clock.monotonicMs();
    for (const [logged, atMs] of this.#loggedAtMs) {
      if (nowMs - atMs >= LOG_AGAIN_MS) {
        this.#loggedAtMs.delete(logged);
      }
    }
    if (!this.#loggedAtMs.has(reason)) {
      this.#loggedAtMs.set(reason, nowMs);
      log.error(
        { event: 'redis.unavailable', share, state, reason },
        'Redis is not used: limits are counted in this process alone, with a share of each',
      );
    }
  }
}
