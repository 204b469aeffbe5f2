// The connection to Redis 7 or Valkey: made again by itself, checked before it is relied on, closed where it is silent.
import { Cluster, Command, type Redis } from 'ioredis';
import { createRedisClient, type RedisClient } from './redis-client';
import { RedisClock } from './redis-clock';
import { type RedisProblem, RedisTimeout, toRedisProblem } from './redis-problem';
import { SCRIPTS } from './redis-scripts';
import type { RedisTarget } from './redis-url';

/** As ioredis says it. */
const NO_CONNECTION = 'Connection is closed.';

/** Milliseconds that closing waits for pending writes to Redis. */
const CLOSE_TIMEOUT_MS = 1_000;

export interface RedisConnectionOptions {
  readonly target: RedisTarget;
  /** Milliseconds for a command, and for connecting. */
  readonly timeoutMs: number;
  /** The time in milliseconds. Default: Redis' own. */
  readonly now?: () => number;
}

/** Every method rejects when Redis cannot be asked in time. Nothing is queued, nothing is sent twice. */
export class RedisConnection {
  /** Each reply that has the time sets it. */
  readonly clock: RedisClock;
  readonly #client: RedisClient;
  /** In a cluster, the slot of all keys and the node that has them. */
  readonly #slot: number;
  #owner: string | undefined;
  #tellMoved = () => {};
  /** What was wrong with the connection last, while it is not there. */
  #error: Error | undefined;
  #statusOfLastCheck: string | undefined;
  #isClosed = false;

  /** `prefix`: what all keys begin with; `settings`: what every script gets after the time. */
  constructor(
    private readonly options: RedisConnectionOptions,
    private readonly prefix: string,
    private readonly settings: readonly number[],
  ) {
    const { target, timeoutMs, now } = options;
    this.#slot = new Command('get', [prefix]).getSlot();
    this.clock = new RedisClock(timeoutMs, now);
    this.#client = createRedisClient(target, timeoutMs);
    // Every command that fails rejects by itself, but only these events have the reason why there is no connection.
    for (const event of ['error', 'node error', 'sentinelError']) {
      this.#client.on(event, (error: Error) => {
        // Each sentinel has said why by then.
        if (!error.message.startsWith('All sentinels are unreachable')) {
          this.#error = error;
        }
      });
    }
    this.#client.on('ready', () => {
      this.#error = undefined;
    });
  }

  /** Calls back whenever the connection is lost; in a cluster, that to the node that has the keys. */
  onLost(callback: (error: Error) => void): void {
    const tell = () => callback(new Error(NO_CONNECTION));
    this.#client.on('close', tell);
    this.#client.on('-node', ({ options: { host, port } }: Redis) => {
      // As ioredis names the nodes of a cluster.
      if (`${host}:${port}` === this.#findOwner()) {
        tell();
      }
    });
  }

  /** Calls back when another node of the cluster has the keys, which may lack what was written last. */
  onMoved(callback: () => void): void {
    this.#tellMoved = callback;
  }

  /** What is behind an error. */
  explain(error: unknown): RedisProblem {
    return toRedisProblem(error as Error, this.#error, this.options.target);
  }

  /** Starts connecting. Rejects when that does not succeed at once; it keeps trying in any case. */
  async connect(): Promise<void> {
    await this.withTimeout(this.#client.connect(), 2 * this.options.timeoutMs);
  }

  /**
   * Rejects unless this is a Redis that does all that is asked of it; resolves with the policy by which it may evict keys. A
   * connection without a response is closed, or a Redis that vanished without closing it would never be connected to again.
   */
  async check(): Promise<string | undefined> {
    const client = this.#client;
    try {
      const [policy] = await this.withTimeout(this.#try());
      await this.withTimeout(this.#agreeOnClock());
      this.#error = undefined;
      return policy as string | undefined;
    } catch (error) {
      const { status } = client;
      // A connection that is being made has time until the next look.
      const isSilent = error instanceof RedisTimeout || this.explain(error).state === 'replica';
      if (
        (status === 'ready' && isSilent) ||
        (status === 'connect' && this.#statusOfLastCheck === 'connect')
      ) {
        client.disconnect(true);
      } else if (status === 'end' && !this.#isClosed) {
        // ioredis ends where it was disconnected while it asked sentinels.
        client.connect().catch(() => {});
      }
      this.#statusOfLastCheck = status;
      throw error;
    }
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    await this.withTimeout<unknown>(this.#client.quit(), CLOSE_TIMEOUT_MS).catch(() => {});
    this.#client.disconnect();
  }

  /**
   * Rejects when there is no reply in time. When this process itself was busy for so long, the reply may
   * have come meanwhile and wait to be read: so it is read first. (ioredis' own timeout would not.)
   */
  withTimeout<Reply>(reply: Promise<Reply>, timeoutMs = this.options.timeoutMs): Promise<Reply> {
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => {
        setImmediate(() => reject(new RedisTimeout(`Redis took more than ${timeoutMs} ms.`)));
      }, timeoutMs);
      reply.then(resolve, reject).finally(() => clearTimeout(timer));
    });
  }

  /** Runs a script by its hash, and sends it along only if Redis does not know it. */
  run(
    script: keyof typeof SCRIPTS,
    keys: readonly string[],
    values: readonly (string | number)[],
    timeoutMs = this.options.timeoutMs,
  ): Promise<readonly unknown[]> {
    const endsAt = performance.now() + timeoutMs;
    const send = () =>
      this.#send(script, keys, [this.clock.toArgument(), ...this.settings, ...values]);
    const reply = send().catch(async (error: unknown) => {
      if (toCode(error) !== 'CLOCKSET') {
        throw error;
      }
      await this.#agreeOnClock();
      // What comes too late is not done any more: the caller has its response.
      if (performance.now() >= endsAt) {
        throw error;
      }
      return send();
    });
    return this.withTimeout(reply, timeoutMs);
  }

  /** What would not work is found here, and not at the first resend. */
  async #try(): Promise<readonly unknown[]> {
    const { database } = this.options.target;
    // ioredis goes on with database 0 where this fails.
    if (database > 0) {
      await (this.#client as Redis).select(database);
    }
    return this.#send('limitsTry', [`${this.prefix}probe`], []);
  }

  async #agreeOnClock(): Promise<void> {
    const keys = [`${this.prefix}clock`];
    const reply = await this.#send('limitsAgreeOnClock', keys, [this.clock.toArgument()]);
    const [atMs = 0, offsetMs = 0] = reply.map(Number);
    this.clock.see(atMs, offsetMs);
  }

  async #send(
    script: keyof typeof SCRIPTS,
    keys: readonly string[],
    values: readonly (string | number)[],
  ): Promise<readonly unknown[]> {
    // A cluster's commands would be queued, without bounds.
    if (this.#client instanceof Cluster && this.#client.status !== 'ready') {
      throw new Error(NO_CONNECTION);
    }
    let reply: readonly unknown[] | null;
    try {
      reply = await this.#client[script](keys.length, ...keys, ...values);
    } catch (error) {
      // ioredis takes a script for known to a node that has only redirected it, and repeats only the first of several commands.
      if (toCode(error) !== 'NOSCRIPT') {
        throw error;
      }
      const lua = SCRIPTS[script];
      reply = (await this.#client.eval(lua, keys.length, ...keys, ...values)) as typeof reply;
    }
    const before = this.#owner;
    this.#owner = this.#findOwner();
    if (before !== undefined && before !== this.#owner) {
      this.#tellMoved();
    }
    return reply ?? [];
  }

  #findOwner(): string | undefined {
    return this.#client instanceof Cluster ? this.#client.slots[this.#slot]?.[0] : undefined;
  }
}

/** Of Redis' own errors. */
function toCode(error: unknown): string | undefined {
  return (error as Error).message.split(' ', 1)[0];
}
