// What is told of Redis: the state that `/readyz` has, and log events.
import type { Logger } from 'pino';
import type { Clock } from '../lib/clock';
import type { RedisProblem } from './redis-problem';
import type { RedisStore } from './redis-store';

/** Milliseconds after which a reason that lasts is told again. */
const TELL_AGAIN_MS = 60_000;

interface RedisReportOptions {
  readonly redis: RedisStore;
  readonly share: number;
  readonly clock: Clock;
  readonly log: Logger;
}

export type RedisState = 'ok' | 'may-evict' | RedisProblem['state'];

export class RedisReport {
  state: RedisState = 'ok';
  /** By which policy Redis was said to evict keys. */
  #policy: string | undefined;
  /** When each reason was told last. */
  readonly #toldAtMs = new Map<string, number>();

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
    this.#toldAtMs.clear();
    this.stillLost(error);
  }

  /** Told when the reason changes, and once a minute; one that comes and goes, once a minute too. */
  stillLost(error: unknown): void {
    const { redis, clock, log, share } = this.options;
    const { state, reason } = redis.connection.explain(error);
    this.state = state;
    const nowMs = clock.monotonicMs();
    for (const [told, atMs] of this.#toldAtMs) {
      if (nowMs - atMs >= TELL_AGAIN_MS) {
        this.#toldAtMs.delete(told);
      }
    }
    if (!this.#toldAtMs.has(reason)) {
      this.#toldAtMs.set(reason, nowMs);
      log.error(
        { event: 'redis.unavailable', share, state, reason },
        'Redis is not used: limits are counted in this process alone, with a share of each',
      );
    }
  }
}
