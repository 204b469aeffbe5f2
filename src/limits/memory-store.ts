// Limits counted in this process alone.
import { mayHaveSent } from '../domain/resend-attempt';
import type { Clock } from '../lib/clock';
import {
  type AttemptSettings,
  findConflict,
  findKept,
  type MadeAttempt,
  toMadeAttempt,
} from './attempts';
import {
  type Change,
  type Limit,
  LimitStore,
  type ReserveRequest,
  type ReserveResult,
  type Snapshot,
  toLongestMs,
} from './limit-store';
import { RecentMap } from './recent-map';
import { insertByTime, UsageLog } from './usage-log';

/**
 * Limits kept. Beyond that the caller who called longest ago starts at 0, and of API keys there are one, or two for a while.
 */
const MAX_LIMITS: Readonly<Record<Limit['kind'], number>> = { caller: 10_000, digicert: 10 };

/**
 * Attempts, and marks and names of them, that are kept: 55 to 70 MB, the recipients of 66,000 emails. What is only remembered goes first, of
 * the order whose last attempt was longest ago. No recipient on cool-down goes: others have to wait.
 */
const MAX_ATTEMPTS_SIZE = 400_000;

/** Milliseconds to wait where there is no room for another recipient. */
const FULL_WAIT_MS = 1_000;

export class MemoryStore extends LimitStore {
  readonly #logs: Readonly<Record<Limit['kind'], RecentMap<UsageLog>>> = {
    caller: toLogs(MAX_LIMITS.caller),
    digicert: toLogs(MAX_LIMITS.digicert),
  };
  /** By order. */
  readonly #attempts: RecentMap<readonly MadeAttempt[]>;

  constructor(
    private readonly clock: Clock,
    private readonly settings: AttemptSettings,
  ) {
    super();
    this.#attempts = new RecentMap({
      maxSize: MAX_ATTEMPTS_SIZE,
      sizeOf: (attempts) => attempts.reduce((sum, made) => sum + toSize(made), 0),
      // As `findKept` would keep none, and in less time.
      hasEnded: (attempts, nowMs) =>
        attempts.every(
          (made) =>
            made.atMs <= nowMs - (mayHaveSent(made) ? settings.rememberMs : settings.cooldownMs),
        ),
    });
  }

  /** `share`: of each limit, above 0 and up to 1. */
  async reserve(request: ReserveRequest, share = 1): Promise<ReserveResult> {
    const { count, attempt, quota } = request;
    const nowMs = this.clock.monotonicMs();
    const toWait = (limit: Limit | undefined) =>
      (limit && this.#find(limit)?.waitMs(limit, share, nowMs)) ?? 0;
    const conflict =
      attempt && findConflict(this.#of(attempt.order), attempt.conflictsWith, this.settings, nowMs);
    const isCooling = (made: MadeAttempt) =>
      mayHaveSent(made) && made.atMs > nowMs - this.settings.cooldownMs;
    const hasRoom =
      !attempt || this.#attempts.makeRoom(toSize(attempt), (made) => !made.some(isCooling));
    const waitMs = {
      caller: toWait(count),
      recipient: conflict?.waitMs ?? (hasRoom ? 0 : FULL_WAIT_MS),
      digicert: toWait(quota),
    };
    const reserved = {
      ok: waitMs.caller + waitMs.recipient + waitMs.digicert === 0,
      waitMs,
      blockedForMs: (quota && this.#find(quota)?.blockedForMs(nowMs)) ?? 0,
      cause: conflict && { attempt: conflict.cause, nowMs },
    };
    this.record(request, reserved);
    return reserved;
  }

  /** Notes what was decided, here or by another store. */
  record(
    { id, holdMs, count, attempt, quota }: ReserveRequest,
    { ok, waitMs, blockedForMs }: ReserveResult,
  ): void {
    const nowMs = this.clock.monotonicMs();
    if (count && waitMs.caller === 0) {
      this.#update(count, nowMs, (log) => log.add({ id, atMs: nowMs }, nowMs));
    }
    if (quota && ok) {
      const atMs = nowMs + holdMs;
      this.#update(quota, nowMs, (log) => log.add({ id, atMs }, nowMs));
      if (attempt) {
        const made = toMadeAttempt(attempt, { id, outcome: 'IN_PROGRESS', atMs });
        this.#apply({ order: attempt.order, attempt: made, inMs: holdMs }, nowMs);
      }
    }
    if (quota && blockedForMs > 0) {
      this.#update(quota, nowMs, (log) => log.block(nowMs + blockedForMs));
    }
  }

  async write(...changes: readonly Change[]): Promise<void> {
    const nowMs = this.clock.monotonicMs();
    for (const change of changes) {
      this.#apply(change, nowMs);
    }
  }

  async count(limit: Limit): Promise<readonly number[]> {
    const nowMs = this.clock.monotonicMs();
    return limit.windows.map(
      ({ windowMs }) => this.#find(limit)?.usesWithin(windowMs, nowMs).length ?? 0,
    );
  }

  async attemptsOf(order: string) {
    const nowMs = this.clock.monotonicMs();
    return { attempts: findKept(this.#of(order), this.settings, nowMs), nowMs };
  }

  async close(): Promise<void> {}

  /** How much is kept. */
  get size() {
    const { caller, digicert } = this.#logs;
    return { caller: caller.size, attempts: this.#attempts.size, digicert: digicert.size };
  }

  /**
   * Attempts since a moment, and all that keep a recipient on cool-down. Callers start at 0: they are many, and forgetting
   * their uses costs little.
   */
  snapshot(sinceMs: number): Snapshot {
    const nowMs = this.clock.monotonicMs();
    const firstMs = Math.min(sinceMs, nowMs - this.settings.cooldownMs);
    return {
      limits: this.#logs.digicert.entries().flatMap(([, log]) => {
        const { limit } = log;
        const blockedForMs = log.blockedForMs(nowMs);
        const uses = log.usesWithin(toLongestMs(limit), nowMs);
        return [
          ...uses.map(({ id, atMs }) => ({ limit, id, inMs: atMs - nowMs })),
          ...(blockedForMs > 0 ? [{ limit, blockedForMs }] : []),
        ];
      }),
      attempts: this.#attempts
        .entries()
        .flatMap(([order, attempts]) =>
          attempts
            .filter(({ atMs }) => atMs > firstMs)
            .map((attempt) => ({ order, attempt, inMs: attempt.atMs - nowMs })),
        ),
    };
  }

  #apply(change: Change, nowMs: number): void {
    if ('order' in change) {
      const { order, attempt, inMs } = change;
      const attempts = this.#of(order).filter(({ id }) => id !== attempt.id);
      if (inMs !== undefined) {
        const { id, outcome } = attempt;
        insertByTime(attempts, toMadeAttempt(attempt, { id, outcome, atMs: nowMs + inMs }));
      }
      this.#attempts.set(order, findKept(attempts, this.settings, nowMs), nowMs);
      return;
    }
    this.#update(change.limit, nowMs, (log) => {
      if ('blockedForMs' in change) {
        log.block(nowMs + change.blockedForMs);
        return;
      }
      log.remove(change.id);
      if (change.inMs !== undefined) {
        log.add({ id: change.id, atMs: nowMs + change.inMs }, nowMs);
      }
    });
  }

  #update(limit: Limit, nowMs: number, update: (log: UsageLog) => void): void {
    const log = this.#find(limit) ?? new UsageLog(limit);
    update(log);
    this.#logs[limit.kind].set(limit.key, log, nowMs);
  }

  #of(order: string): readonly MadeAttempt[] {
    return this.#attempts.get(order) ?? [];
  }

  #find({ kind, key }: Limit): UsageLog | undefined {
    return this.#logs[kind].get(key);
  }
}

function toLogs(maxSize: number): RecentMap<UsageLog> {
  const hasEnded = (log: UsageLog, nowMs: number) => log.hasEnded(nowMs);
  return new RecentMap({ maxSize, sizeOf: () => 1, hasEnded });
}

/** Marks, names, and the attempt itself. */
function toSize({ marks, domains }: Pick<MadeAttempt, 'marks' | 'domains'>): number {
  return marks.length + domains.length + 1;
}
