// Limits counted in Redis 7 or Valkey, together with every other gateway that uses it.
import { Redis } from 'ioredis';
import type { RollingWindow } from '../domain/rolling-window';
import {
  type LimitStore,
  type LogName,
  type Place,
  type Snapshot,
  type Taken,
  toLongestMs,
} from './limit-store';
import { SCRIPTS } from './redis-scripts';

const KEY_PREFIX = 'dv-email-gateway:';

/** Milliseconds between attempts to connect, at most. */
const MAX_RECONNECT_DELAY_MS = 500;

/** Milliseconds that closing waits for what is still to be told to Redis. */
const CLOSE_TIMEOUT_MS = 1_000;

/** Uses or holds told in one command when a snapshot is restored, so that none keeps Redis from others for long. */
const BATCH_SIZE = 500;

/** Milliseconds for each of those, which all wait for each other. */
const RESTORE_TIMEOUT_MS = 2_000;

export interface RedisStoreOptions {
  /** `redis://` or, with TLS, `rediss://`; user, password and database in it. */
  readonly url: string;
  /** Milliseconds for a command, and for connecting. */
  readonly timeoutMs: number;
  /** The time in milliseconds. Default: Redis' own. */
  readonly now?: () => number;
}

/** Every method rejects when Redis cannot be asked in time. Nothing is queued, nothing is sent twice. */
export class RedisStore implements LimitStore {
  readonly #redis: Redis;
  readonly #timeoutMs: number;
  #lastError: string | undefined;
  #statusOfLastProbe: string | undefined;
  readonly #now: () => number | '';

  constructor({ url, timeoutMs, now }: RedisStoreOptions) {
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
    // Every command that fails rejects by itself, but only this tells why there is no connection.
    this.#redis.on('error', (error: Error) => {
      this.#lastError = error.message;
    });
  }

  /** What was wrong with the connection last. */
  get lastError(): string | undefined {
    return this.#lastError;
  }

  /** Calls back whenever the connection is lost. */
  onLost(callback: () => void): void {
    this.#redis.on('close', callback);
  }

  /** Starts connecting. Rejects when that does not succeed at once; it goes on trying all the same. */
  async connect(): Promise<void> {
    await this.#inTime(this.#redis.connect(), 2 * this.#timeoutMs);
  }

  /**
   * Rejects unless Redis can be written to: one that is full or a replica answers too. A connection on which
   * nothing comes back is given up, or a Redis that vanished without a word would never be looked for again.
   */
  async probe(): Promise<void> {
    try {
      await this.#inTime(this.#redis.set(`${KEY_PREFIX}probe`, '', 'PX', 1_000));
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

  async take(log: LogName, windows: readonly RollingWindow[], place: Place): Promise<Taken> {
    const [logKey, shutKey] = toLogKeys(log);
    const waits = await this.#run(
      'limitsTake',
      [logKey, shutKey],
      [place.id, place.forMs, ...windows.flatMap(({ limit, windowMs }) => [limit, windowMs])],
    );
    const [waitMs = Number.NaN, shutForMs = 0] = (waits as readonly string[]).map(Number);
    if (Number.isNaN(waitMs)) {
      throw new Error('Redis answers in another way than the script does.');
    }
    return waitMs > 0 ? { ok: false, waitMs, ...(shutForMs > 0 && { shutForMs }) } : { ok: true };
  }

  async use(log: LogName, windows: readonly RollingWindow[], id: string): Promise<void> {
    await this.#run('limitsUse', [toLogKeys(log)[0]], [toLongestMs(windows), id, 0]);
  }

  async giveBack(log: LogName, id: string): Promise<void> {
    await this.#inTime(this.#redis.zrem(toLogKeys(log)[0], id));
  }

  async count(log: LogName, windows: readonly RollingWindow[]): Promise<readonly number[]> {
    // A table without entries is no list in Lua's eyes.
    if (windows.length === 0) {
      return [];
    }
    const counts = await this.#run(
      'limitsCount',
      [toLogKeys(log)[0]],
      windows.map(({ windowMs }) => windowMs),
    );
    return (counts as readonly unknown[]).map(Number);
  }

  async shut(log: LogName, forMs: number): Promise<void> {
    await this.#run('limitsShut', [toLogKeys(log)[1]], [forMs]);
  }

  async hold(keys: readonly string[], holder: string, forMs: number): Promise<number> {
    return Number(await this.#run('limitsHold', keys.map(toHoldKey), [holder, forMs]));
  }

  async keep(keys: readonly string[], holder: string, forMs: number): Promise<void> {
    await this.#run(
      'limitsKeep',
      keys.map(toHoldKey),
      keys.flatMap(() => [holder, forMs]),
    );
  }

  async release(keys: readonly string[], holder: string): Promise<void> {
    await this.#run('limitsRelease', keys.map(toHoldKey), [holder]);
  }

  /**
   * Tells Redis what it may have lost. What it knows already does not count twice. All of it is on its way
   * before anything else can be told, so that what ends meanwhile ends after it was told.
   */
  async restore({ logs, holds }: Snapshot): Promise<void> {
    const told = logs.flatMap(({ log, windows, shutForMs, places }) => [
      ...toBatches(places).map((uses) =>
        this.#run(
          'limitsUse',
          [toLogKeys(log)[0]],
          [toLongestMs(windows), ...uses.flatMap(({ id, usedInMs }) => [id, usedInMs])],
          RESTORE_TIMEOUT_MS,
        ),
      ),
      ...(shutForMs > 0 ? [this.shut(log, shutForMs)] : []),
    ]);
    const kept = toBatches(holds).map((batch) =>
      this.#run(
        'limitsKeep',
        batch.map(({ key }) => toHoldKey(key)),
        batch.flatMap(({ holder, leftMs }) => [holder, leftMs]),
        RESTORE_TIMEOUT_MS,
      ),
    );
    await Promise.all([...told, ...kept]);
  }

  async close(): Promise<void> {
    if (this.#redis.status === 'ready') {
      const timer = setTimeout(() => this.#redis.disconnect(), CLOSE_TIMEOUT_MS);
      await this.#redis.quit().catch(() => {});
      clearTimeout(timer);
    }
    this.#redis.disconnect();
  }

  /**
   * Rejects when there is no answer in time. When this process itself was busy for so long, the answer may
   * have come meanwhile and wait to be read: so it is read first. (ioredis' own timeout would not.)
   */
  #inTime<Answer>(answer: Promise<Answer>, timeoutMs = this.#timeoutMs): Promise<Answer> {
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => {
        setImmediate(() => reject(new Error(`Redis took more than ${timeoutMs} ms.`)));
      }, timeoutMs);
      answer.then(resolve, reject).finally(() => clearTimeout(timer));
    });
  }

  /** Runs a script by its hash, and sends it along only if Redis does not know it. */
  #run(
    script: keyof typeof SCRIPTS,
    keys: readonly string[],
    values: readonly (string | number)[],
    timeoutMs?: number,
  ): Promise<unknown> {
    const commands = this.#redis as unknown as Record<string, ScriptCommand>;
    const answer = commands[script]?.call(commands, keys.length, ...keys, this.#now(), ...values);
    return this.#inTime(answer ?? Promise.reject(new Error(`${script} is no script.`)), timeoutMs);
  }
}

type ScriptCommand = (...values: (string | number)[]) => Promise<unknown>;

/** The braces keep both on one node of a cluster. */
function toLogKeys({ kind, key }: LogName): [log: string, shut: string] {
  const name = `${KEY_PREFIX}{${kind}:${key}}`;
  return [`${name}:log`, `${name}:shut`];
}

function toHoldKey(key: string): string {
  return `${KEY_PREFIX}hold:${key}`;
}

function toBatches<Item>(items: readonly Item[]): readonly (readonly Item[])[] {
  return Array.from({ length: Math.ceil(items.length / BATCH_SIZE) }, (_, index) =>
    items.slice(index * BATCH_SIZE, (index + 1) * BATCH_SIZE),
  );
}
