// Limits counted in Redis 7 or Valkey, together with every other gateway that uses it.
import type { AttemptOutcome } from '../domain/resend-attempt';
import { type Attempt, type AttemptSettings, findKept, type MadeAttempt } from './attempts';
import {
  type Change,
  type Limit,
  LimitStore,
  type ReserveRequest,
  type ReserveResult,
  type Snapshot,
  toKey,
  toLongestMs,
} from './limit-store';
import { RedisConnection, type RedisConnectionOptions } from './redis-connection';

/** Names what keys hold: another layout gets another number, so that two releases never misread each other. */
const LAYOUT = 2;

/** Milliseconds for each of the commands that restore a snapshot, which all wait for each other. */
const RESTORE_TIMEOUT_MS = 2_000;

/** Changes written in one command when a snapshot is restored, so that none keeps Redis from others for long. */
const BATCH_SIZE = 500;

interface RedisStoreOptions extends RedisConnectionOptions, AttemptSettings {
  /** Names the instance of DigiCert whose limits these are. */
  readonly instance: string;
}

/** One key, and what it has to have room for. */
type Ask = { readonly key: string } & (
  | { readonly kind: Limit['kind']; readonly windows: Limit['windows']; readonly longest: number }
  | { readonly kind: 'recipient'; readonly conflictsWith: readonly string[] }
  | { readonly kind: 'blocked' }
);

/** Every method rejects when Redis cannot be asked in time. */
export class RedisStore extends LimitStore {
  readonly connection: RedisConnection;
  /** The braces keep all keys in one slot of a cluster: a script may touch several. */
  readonly #prefix: string;
  readonly #settings: AttemptSettings;

  constructor({ instance, cooldownMs, rememberMs, ...options }: RedisStoreOptions) {
    super();
    this.#prefix = `{dv-email-gateway:${LAYOUT}:${instance}}:`;
    this.connection = new RedisConnection(options, this.#prefix, [cooldownMs, rememberMs]);
    this.#settings = { cooldownMs, rememberMs };
  }

  async reserve(request: ReserveRequest): Promise<ReserveResult> {
    const { count, attempt, quota } = request;
    const asks: Ask[] = [];
    if (count) {
      asks.push(this.#toAsk(count));
    }
    if (attempt) {
      const conflictsWith = toHashes(attempt.order, attempt.conflictsWith);
      asks.push({ kind: 'recipient', key: this.#toAttemptsKey(attempt.order), conflictsWith });
    }
    if (quota) {
      asks.push({ kind: 'blocked', key: this.#toBlockKey(quota) }, this.#toAsk(quota));
    }
    return orByKey(this.#ask(request, asks), () => this.#askEach(request, asks));
  }

  async #ask(
    { id, holdMs, attempt, quota }: ReserveRequest,
    asks: readonly Ask[],
  ): Promise<ReserveResult> {
    const [waits, nowMs, cause] = await this.connection.run(
      'limitsReserve',
      asks.map(({ key }) => key),
      [
        id,
        Math.ceil(holdMs),
        quota ? 1 : 0,
        attempt ? toKnown('IN_PROGRESS', attempt.order, attempt) : '',
        JSON.stringify(asks),
      ],
    );
    const waitMs: Partial<Record<Ask['kind'], number>> = JSON.parse(String(waits));
    const { caller = 0, recipient = 0, blocked = 0, digicert = 0 } = waitMs;
    this.connection.clock.see(Number(nowMs));
    return {
      ok: caller + recipient + blocked + digicert === 0,
      waitMs: { caller, recipient, digicert: Math.max(blocked, digicert) },
      blockedForMs: blocked,
      cause: cause ? { attempt: readAttempt(cause), nowMs: Number(nowMs) } : undefined,
    };
  }

  /** In the order in which they refuse. What was taken is given back where a later one refuses. */
  async #askEach(
    request: ReserveRequest,
    [ask, ...others]: readonly Ask[],
  ): Promise<ReserveResult> {
    const { id, attempt, quota } = request;
    const reserved = await this.#ask(request, ask ? [ask] : []);
    if (!reserved.ok || others.length === 0) {
      return reserved;
    }
    const rest = await this.#askEach(request, others);
    if (!rest.ok && ask?.kind === 'recipient' && attempt && quota) {
      await this.endAttempt(id, attempt, undefined);
    }
    return rest;
  }

  async write(...changes: readonly Change[]): Promise<void> {
    await this.#write(changes);
  }

  async attemptsOf(order: string) {
    const keys = [this.#toAttemptsKey(order)];
    const [nowMs, ...attempts] = await this.connection.run('limitsAttempts', keys, []);
    const made = attempts.map(readAttempt).sort((one, other) => one.atMs - other.atMs);
    return { attempts: findKept(made, this.#settings, Number(nowMs)), nowMs: Number(nowMs) };
  }

  async count(limit: Limit): Promise<readonly number[]> {
    const windows = limit.windows.map(({ windowMs }) => windowMs);
    return (await this.connection.run('limitsCount', [this.#toKey(limit)], windows)).map(Number);
  }

  /**
   * Writes to Redis what it may have lost. What it has already does not count twice. All of it is sent
   * before any other command, so that a reservation that ends in between ends after it was restored.
   */
  async restore({ limits, attempts }: Snapshot): Promise<void> {
    const changes = [...limits, ...attempts];
    await Promise.all(
      Array.from({ length: Math.ceil(changes.length / BATCH_SIZE) }, (_, index) =>
        this.#write(
          changes.slice(index * BATCH_SIZE, (index + 1) * BATCH_SIZE),
          RESTORE_TIMEOUT_MS,
        ),
      ),
    );
  }

  close(): Promise<void> {
    return this.connection.close();
  }

  #write(changes: readonly Change[], timeoutMs?: number): Promise<unknown> {
    const write = (some: readonly Change[]) => {
      const writes = some.map((change) => this.#toWrite(change));
      const keys = writes.map(([key]) => key);
      const values = writes.flatMap(([, ...ofKey]) => ofKey);
      return this.connection.run('limitsWrite', keys, values, timeoutMs);
    };
    return orByKey(write(changes), () => Promise.all(changes.map((change) => write([change]))));
  }

  /** A key, and what the script gets with it. */
  #toWrite(change: Change): readonly [key: string, ...values: (string | number)[]] {
    if ('blockedForMs' in change) {
      return [this.#toBlockKey(change.limit), 'block', '', Math.ceil(change.blockedForMs), ''];
    }
    const inMs = change.inMs === undefined ? '' : Math.ceil(change.inMs);
    if ('order' in change) {
      const { order, attempt } = change;
      const known = toKnown(attempt.outcome, order, attempt);
      return [this.#toAttemptsKey(order), 'attempt', attempt.id, inMs, known];
    }
    return [this.#toKey(change.limit), 'use', change.id, inMs, toLongestMs(change.limit)];
  }

  #toAsk(limit: Limit): Ask {
    const { kind, windows } = limit;
    return { kind, key: this.#toKey(limit), windows, longest: toLongestMs(limit) };
  }

  #toAttemptsKey(order: string): string {
    return `${this.#prefix}attempts:${toKey(order)}`;
  }

  #toKey({ kind, key }: Limit): string {
    return `${this.#prefix}${kind}:${key}`;
  }

  #toBlockKey(limit: Limit): string {
    return `${this.#toKey(limit)}:blocked`;
  }
}

/**
 * While a cluster moves a slot to another node, no script runs there that has several keys: some of them are on one node, some
 * on the other, and ioredis is sent back and forth. Then each key is asked by itself.
 */
async function orByKey<Reply, Each>(
  reply: Promise<Reply>,
  byKey: () => Promise<Each>,
): Promise<Reply | Each> {
  try {
    return await reply;
  } catch (error) {
    if (!(error as Error).message.startsWith('Too many Cluster redirections.')) {
      throw error;
    }
    return await byKey();
  }
}

/** What is known of an attempt: its outcome, and a record that never changes. */
function toKnown(
  outcome: AttemptOutcome,
  order: string,
  { marks, attemptedAtMs, domains, correlationId }: Attempt | MadeAttempt,
): string {
  const record = { marks: toHashes(order, marks), attemptedAtMs, domains, correlationId };
  return `${outcome} ${JSON.stringify(record)}`;
}

/** No order or address is written to Redis. 72 bits are enough to tell the recipients of one order apart. */
function toHashes(order: string, marks: readonly string[]): readonly string[] {
  return marks.map((mark) => toKey(order, mark).slice(0, 12));
}

/** As the scripts return it: id, and moment, outcome and record. */
function readAttempt(reply: unknown): MadeAttempt {
  const [id = '', value = ''] = reply as readonly string[];
  const [, atMs, outcome, record = ''] = /^(\S+) (\S+) (.*)$/s.exec(value) ?? [];
  return { ...JSON.parse(record), id, atMs: Number(atMs), outcome };
}
