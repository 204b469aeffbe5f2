// The connection to Redis 7 or Valkey, and the scripts that run there.
import { Redis } from 'ioredis';
import { SCRIPTS } from './redis-scripts';

/** Milliseconds between attempts to connect, at most. */
const MAX_RECONNECT_DELAY_MS = 500;

/** Milliseconds that closing waits for pending writes to Redis. */
const CLOSE_TIMEOUT_MS = 1_000;

export interface RedisConnectionOptions {
  /** `redis://` or, with TLS, `rediss://`; user, password and database in it. */
  readonly url: string;
  /** Milliseconds for a command, and for connecting. */
  readonly timeoutMs: number;
  /** The time in milliseconds. Default: Redis' own. */
  readonly now?: () => number;
}

/** Every method rejects when Redis cannot be asked in time. Nothing is queued, nothing is sent twice. */
export class RedisConnection {
  readonly #redis: Redis;
  readonly #timeoutMs: number;
  /** What was wrong with the connection last. */
  lastError: string | undefined;
  #statusOfLastProbe: string | undefined;
  readonly #now: () => number | '';

  constructor({ url, timeoutMs, now }: RedisConnectionOptions) {
    this.#now = now ?? (() => '');
    this.#timeoutMs = timeoutMs;
    this.#redis = new Redis(url, {
      lazyConnect: true,
      connectTimeout: timeoutMs,
      enableOfflineQueue: false,
      autoResendUnfulfilledCommands: false,
      maxRetriesPerRequest: 0,
      retryStrategy: (attempt) => Math.min(attempt * 50, MAX_RECONNECT_DELAY_MS),
      scripts: Object.fromEntries(Object.entries(SCRIPTS).map(([name, lua]) => [name, { lua }])),
    });
    // Every command that fails rejects by itself, but only this event has the reason why there is no connection.
    this.#redis.on('error', (error: Error) => {
      this.lastError = error.message;
    });
  }

  /** Calls back whenever the connection is lost. */
  onLost(callback: () => void): void {
    this.#redis.on('close', callback);
  }

  /** Starts connecting. Rejects when that does not succeed at once; it keeps trying in any case. */
  async connect(): Promise<void> {
    await this.withTimeout(this.#redis.connect(), 2 * this.#timeoutMs);
  }

  /**
   * Rejects unless Redis can be written to at a key: one that is full or a replica answers too. A connection without
   * a response is closed, or a Redis that vanished without closing it would never be connected to again.
   */
  async probe(key: string): Promise<void> {
    try {
      await this.withTimeout(this.#redis.set(key, '', 'PX', 1_000));
    } catch (error) {
      const { status } = this.#redis;
      // A connection that is being made has time until the next look.
      if (status === 'ready' || (status === 'connect' && this.#statusOfLastProbe === 'connect')) {
        this.#redis.disconnect(true);
      }
      this.#statusOfLastProbe = status;
      throw error;
    }
  }

  async close(): Promise<void> {
    await this.withTimeout(this.#redis.quit(), CLOSE_TIMEOUT_MS).catch(() => {});
    this.#redis.disconnect();
  }

  /**
   * Rejects when there is no reply in time. When this process itself was busy for so long, the reply may
   * have come meanwhile and wait to be read: so it is read first. (ioredis' own timeout would not.)
   */
  withTimeout<Reply>(reply: Promise<Reply>, timeoutMs = this.#timeoutMs): Promise<Reply> {
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => {
        setImmediate(() => reject(new Error(`Redis took more than ${timeoutMs} ms.`)));
      }, timeoutMs);
      reply.then(resolve, reject).finally(() => clearTimeout(timer));
    });
  }

  /** Runs a script by its hash, and sends it along only if Redis does not know it. */
  run(
    script: keyof typeof SCRIPTS,
    keys: readonly string[],
    values: readonly (string | number)[],
    timeoutMs?: number,
  ): Promise<readonly unknown[]> {
    const commands = this.#redis as unknown as Record<keyof typeof SCRIPTS, ScriptCommand>;
    return this.withTimeout(
      commands[script](keys.length, ...keys, this.#now(), ...values),
      timeoutMs,
    );
  }
}

type ScriptCommand = (...values: (string | number)[]) => Promise<readonly unknown[]>;
