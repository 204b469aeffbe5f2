// Limits counted in Redis 7 or Valkey, together with every other gateway that uses it.
import type { Attempt, AttemptOutcome, AttemptSettings, MadeAttempt } from './attempts';
import {
  type Limit,
  type LimitStore,
  type ReserveRequest,
  type ReserveResult,
  type Snapshot,
  toKey,
  toLongestMs,
} from './limit-store';
import { isSlotMoving, reserveByKey, toParts, writeBatches } from './moving-slot';
import { RedisConnection, type RedisConnectionOptions } from './redis-connection';

/** Names what keys hold: another layout gets another number, so that two releases never misread each other. */
const LAYOUT = 2;

/** Milliseconds for each of the commands that restore a snapshot, which all wait for each other. */
const RESTORE_TIMEOUT_MS = 2_000;

interface RedisStoreOptions extends RedisConnectionOptions, AttemptSettings {
  /** Names the instance of DigiCert whose limits these are. */
  readonly instance: string;
}

/** Every method rejects when Redis cannot be asked in time. */
export class RedisStore implements LimitStore {
  readonly connection: RedisConnection;
  /** The braces keep all keys in one slot of a cluster: a script may touch several. */
  readonly #prefix: string;
  readonly #attemptSettings: readonly number[];

  constructor({ instance, cooldownMs, rememberMs, ...options }: RedisStoreOptions) {
    this.#prefix = `{dv-email-gateway:${LAYOUT}:${instance}}:`;
    this.connection = new RedisConnection(options, this.#prefix);
    this.#attemptSettings = [cooldownMs, rememberMs];
  }

  async reserve(request: ReserveRequest): Promise<ReserveResult> {
    try {
      return await this.#reserve(request);
    } catch (error) {
      if (!isSlotMoving(error)) {
        throw error;
      }
      return await reserveByKey(request, {
        reserve: (parts) => this.#reserve(request, parts),
        forget: (attempt) => this.endAttempt(request.id, attempt, undefined),
      });
    }
  }

  /** Only these parts of the request: caller, attempt, quota, and where that is blocked. */
  async #reserve(request: ReserveRequest, parts = toParts(request)): Promise<ReserveResult> {
    const { id, holdMs, count, attempt, quota } = request;
    const isAsked = (part: string) => parts.includes(part);
    const limits = [
      ...(count && isAsked('c') ? [count] : []),
      ...(quota && isAsked('q') ? [quota] : []),
    ];
    const order = isAsked('a') ? attempt?.order : undefined;
    const [waits, blockedForMs, nowMs, cause] = await this.connection.run(
      'limitsReserve',
      [
        ...(order === undefined ? [] : [this.#toAttemptsKey(order)]),
        ...limits.map((limit) => this.#toKey(limit)),
        ...(quota && isAsked('b') ? [this.#toBlockKey(quota)] : []),
      ],
      [
        id,
        holdMs,
        ...this.#attemptSettings,
        parts,
        attempt ? JSON.stringify(toHashes(attempt.order, attempt.conflictsWith)) : '',
        attempt ? toRecord(attempt.order, attempt) : '',
        ...limits.flatMap(toArguments),
      ],
    );
    const [caller = Number.NaN, recipient = 0, digicert = 0] = [waits].flat().map(Number);
    if (Number.isNaN(caller)) {
      throw new Error('Redis answers in another way than the script does.');
    }
    this.connection.seeTime(Number(nowMs));
    return {
      ok: caller + recipient + digicert === 0,
      waitMs: { caller, recipient, digicert },
      blockedForMs: Number(blockedForMs),
      cause: cause
        ? { attempt: toMadeAttempt('', String(cause)), nowMs: Number(nowMs) }
        : undefined,
    };
  }

  async commit(id: string, limit: Limit): Promise<void> {
    await this.#commit([{ limit, id, usedInMs: 0 }]);
  }

  async release(id: string, limit: Limit): Promise<void> {
    await this.connection.run('limitsRelease', [this.#toKey(limit)], [id]);
  }

  async endAttempt(
    id: string,
    attempt: Attempt,
    outcome: AttemptOutcome | undefined,
  ): Promise<void> {
    await this.#endAttempts([{ order: attempt.order, id, inMs: 0, outcome, attempt }]);
  }

  async attemptsOf(order: string) {
    const [nowMs, ...fields] = (
      await this.connection.run(
        'limitsAttempts',
        [this.#toAttemptsKey(order)],
        this.#attemptSettings,
      )
    ).map(String);
    const attempts = toPairs(fields).map(([id, value]) => toMadeAttempt(id, value));
    return { attempts, nowMs: Number(nowMs) };
  }

  async count(limit: Limit): Promise<readonly number[]> {
    // A table without entries is no list in Lua's eyes.
    if (limit.windows.length === 0) {
      return [];
    }
    const windows = limit.windows.map(({ windowMs }) => windowMs);
    return (await this.connection.run('limitsCount', [this.#toKey(limit)], windows)).map(Number);
  }

  async block(limit: Limit, forMs: number): Promise<void> {
    await this.connection.run('limitsBlock', [this.#toBlockKey(limit)], [forMs]);
  }

  /**
   * Writes to Redis what it may have lost. What it has already does not count twice. All of it is sent
   * before any other command, so that a reservation that ends in between ends after it was restored.
   */
  async restore({ limits, attempts }: Snapshot): Promise<void> {
    const uses = limits.flatMap(({ limit, uses: ofLimit }) =>
      ofLimit.map((use) => ({ limit, ...use })),
    );
    const blocked = limits.filter(({ blockedForMs }) => blockedForMs > 0);
    const made = attempts.map(({ order, attempt, inMs }) => ({ ...attempt, attempt, order, inMs }));
    await Promise.all([
      ...writeBatches(uses, (batch) => this.#commit(batch, RESTORE_TIMEOUT_MS)),
      ...writeBatches(made, (batch) => this.#endAttempts(batch, RESTORE_TIMEOUT_MS)),
      ...blocked.map(({ limit, blockedForMs }) => this.block(limit, blockedForMs)),
    ]);
  }

  close(): Promise<void> {
    return this.connection.close();
  }

  async #commit(
    uses: readonly { readonly limit: Limit; readonly id: string; readonly usedInMs: number }[],
    timeoutMs?: number,
  ): Promise<void> {
    await this.connection.run(
      'limitsCommit',
      uses.map(({ limit }) => this.#toKey(limit)),
      uses.flatMap(({ limit, id, usedInMs }) => [id, usedInMs, toLongestMs(limit)]),
      timeoutMs,
    );
  }

  async #endAttempts(attempts: readonly EndedAttempt[], timeoutMs?: number): Promise<void> {
    await this.connection.run(
      'limitsEndAttempts',
      attempts.map(({ order }) => this.#toAttemptsKey(order)),
      [
        ...this.#attemptSettings,
        ...attempts.flatMap(({ order, id, inMs, outcome = '', attempt }) => [
          id,
          inMs,
          outcome,
          // Nothing conflicts with what sent nothing.
          toRecord(order, outcome === 'NOT_SENT' ? { ...attempt, marks: [] } : attempt),
        ]),
      ],
      timeoutMs,
    );
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

interface EndedAttempt {
  readonly order: string;
  readonly id: string;
  /** Milliseconds from now. */
  readonly inMs: number;
  readonly outcome: AttemptOutcome | undefined;
  readonly attempt: Recorded;
}

type Recorded = Pick<Attempt, 'marks' | 'attemptedAtMs' | 'domains' | 'correlationId'>;

/** What of an attempt never changes. */
function toRecord(
  order: string,
  { marks, attemptedAtMs, domains, correlationId }: Recorded,
): string {
  return JSON.stringify({ marks: toHashes(order, marks), attemptedAtMs, domains, correlationId });
}

/** No order or address is written to Redis. 72 bits are enough to tell the recipients of one order apart. */
function toHashes(order: string, marks: readonly string[]): readonly string[] {
  return marks.map((mark) => toKey(order, mark).slice(0, 12));
}

/** As the scripts write it: moment, outcome and record. */
function toMadeAttempt(id: string, value: string): MadeAttempt {
  const [atMs = '', outcome = ''] = value.split(' ', 2);
  const record = JSON.parse(value.slice(atMs.length + outcome.length + 2)) as Recorded;
  return { ...record, id, atMs: Number(atMs), outcome: outcome as AttemptOutcome };
}

function toPairs(fields: readonly string[]): readonly (readonly [string, string])[] {
  return Array.from({ length: fields.length / 2 }, (_, index) => [
    fields[2 * index] ?? '',
    fields[2 * index + 1] ?? '',
  ]);
}

function toArguments({ windows }: Limit): readonly number[] {
  return [windows.length, ...windows.flatMap(({ limit, windowMs }) => [limit, windowMs])];
}
