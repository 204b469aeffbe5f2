// Limits counted in Redis 7 or Valkey, together with every other gateway that uses it.
import { Redis } from 'ioredis';
import {
  LIMIT_KINDS,
  type Limit,
  type LimitStore,
  type ReserveRequest,
  type ReserveResult,
  type Snapshot,
  toLongestMs,
  toQuota,
} from './limit-store';
import { SCRIPTS } from './redis-scripts';

/** Names what keys hold: another layout gets another number, so that two releases never misread each other. */
const LAYOUT = 1;

/** Milliseconds between attempts to connect, at most. */
const MAX_RECONNECT_DELAY_MS = 500;

/** Milliseconds that closing waits for pending writes to Redis. */
const CLOSE_TIMEOUT_MS = 1_000;

/** Uses told in one command when a snapshot is restored, so that none keeps Redis from others for long. */
const BATCH_SIZE = 500;

/** Milliseconds for each of those, which all wait for each other. */
const RESTORE_TIMEOUT_MS = 2_000;

interface RedisStoreOptions {
  /** `redis://` or, with TLS, `rediss://`; user, password and database in it. */
  readonly url: string;
  /** Milliseconds for a command, and for connecting. */
  readonly timeoutMs: number;
  /** Names the instance of DigiCert whose limits these are. */
  readonly instance: string;
  /** The time in milliseconds. Default: Redis' own. */
  readonly now?: () => number;
}

/** Every method rejects when Redis cannot be asked in time. Nothing is queued, nothing is sent twice. */
export class RedisStore implements LimitStore {
  readonly #redis: Redis;
  readonly #timeoutMs: number;
  /** What was wrong with the connection last. */
  lastError: string | undefined;
  #statusOfLastProbe: string | undefined;
  readonly #now: () => number | '';
  /** The braces keep all keys in one slot of a cluster: a script may touch several. */
  readonly #prefix: string;

  constructor({ url, timeoutMs, instance, now }: RedisStoreOptions) {
    this.#now = now ?? (() => '');
    this.#timeoutMs = timeoutMs;
    this.#prefix = `{dv-email-gateway:${LAYOUT}:${instance}}:`;
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
   * Rejects unless Redis can be written to: one that is full or a replica answers too. A connection without
   * a response is closed, or a Redis that vanished without closing it would never be connected to again.
   */
  async probe(): Promise<void> {
    try {
      await this.withTimeout(this.#redis.set(`${this.#prefix}probe`, '', 'PX', 1_000));
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

  async reserve(request: ReserveRequest): Promise<ReserveResult> {
    const { id, holdMs, count, check = [], take = [] } = request;
    const limits = [
      ...(count ? [{ mode: 'c', limit: count }] : []),
      ...check.map((limit) => ({ mode: 'l', limit })),
      ...take.map((limit) => ({ mode: 't', limit })),
    ];
    const quota = toQuota(request);
    const reply = await this.#run(
      'limitsReserve',
      [
        ...limits.map(({ limit }) => this.#toKey(limit)),
        ...(quota ? [this.#toBlockKey(quota)] : []),
      ],
      [id, holdMs, ...limits.flatMap(({ mode, limit }) => toArguments(mode, limit))],
    );
    const [caller = Number.NaN, recipient = 0, digicert = 0, blockedForMs = 0] = reply.map(Number);
    if (Number.isNaN(caller)) {
      throw new Error('Redis answers in another way than the script does.');
    }
    const waitMs = { caller, recipient, digicert };
    return { ok: caller + recipient + digicert === 0, waitMs, blockedForMs };
  }

  async commit(id: string, limits: readonly Limit[]): Promise<void> {
    await this.#commit(limits.map((limit) => ({ limit, id, usedInMs: 0 })));
  }

  async release(id: string, limits: readonly Limit[]): Promise<void> {
    await this.#run(
      'limitsRelease',
      limits.map((limit) => this.#toKey(limit)),
      [id],
    );
  }

  async count(limit: Limit): Promise<readonly number[]> {
    // A table without entries is no list in Lua's eyes.
    if (limit.windows.length === 0) {
      return [];
    }
    const windows = limit.windows.map(({ windowMs }) => windowMs);
    return (await this.#run('limitsCount', [this.#toKey(limit)], windows)).map(Number);
  }

  async block(limit: Limit, forMs: number): Promise<void> {
    await this.#run('limitsBlock', [this.#toBlockKey(limit)], [forMs]);
  }

  /**
   * Writes to Redis what it may have lost. What it has already does not count twice. All of it is sent
   * before any other command, so that a reservation that ends in between ends after it was restored.
   */
  async restore(snapshot: Snapshot): Promise<void> {
    const uses = snapshot.flatMap(({ limit, uses: ofLimit }) =>
      ofLimit.map((use) => ({ limit, ...use })),
    );
    const blocked = snapshot.filter(({ blockedForMs }) => blockedForMs > 0);
    const sent = blocked.map(({ limit, blockedForMs }) => this.block(limit, blockedForMs));
    for (let from = 0; from < uses.length; from += BATCH_SIZE) {
      sent.push(this.#commit(uses.slice(from, from + BATCH_SIZE), RESTORE_TIMEOUT_MS));
    }
    await Promise.all(sent);
  }

  async close(): Promise<void> {
    await this.withTimeout(this.#redis.quit(), CLOSE_TIMEOUT_MS).catch(() => {});
    this.#redis.disconnect();
  }

  async #commit(
    uses: readonly { readonly limit: Limit; readonly id: string; readonly usedInMs: number }[],
    timeoutMs?: number,
  ): Promise<void> {
    await this.#run(
      'limitsCommit',
      uses.map(({ limit }) => this.#toKey(limit)),
      uses.flatMap(({ limit, id, usedInMs }) => [id, usedInMs, toLongestMs(limit)]),
      timeoutMs,
    );
  }

  #toKey({ kind, key }: Limit): string {
    return `${this.#prefix}${kind}:${key}`;
  }

  #toBlockKey(limit: Limit): string {
    return `${this.#toKey(limit)}:blocked`;
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
  #run(
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

function toArguments(mode: string, { kind, windows }: Limit): readonly (string | number)[] {
  // Lua counts from one.
  const kindNumber = LIMIT_KINDS.indexOf(kind) + 1;
  const bounds = windows.flatMap(({ limit, windowMs }) => [limit, windowMs]);
  return [mode, kindNumber, windows.length, ...bounds];
}
