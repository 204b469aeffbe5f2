// Limits counted in this process alone.
import type { Clock } from '../lib/clock';
import { AttemptLog } from './attempt-log';
import {
  type Attempt,
  type AttemptOutcome,
  type AttemptSettings,
  findConflict,
  findKept,
} from './attempts';
import {
  LIMIT_KINDS,
  type Limit,
  type LimitStore,
  type ReserveRequest,
  type ReserveResult,
  type Snapshot,
} from './limit-store';
import { UsageLog } from './usage-log';

/**
 * Limits kept. Beyond that the caller who called longest ago starts at 0, and of API keys there are one, or two for a while.
 */
const MAX_LIMITS: Readonly<Record<Limit['kind'], number>> = { caller: 10_000, digicert: 10 };

/** Milliseconds to wait where there is no room for another recipient. */
const FULL_WAIT_MS = 1_000;

export class MemoryStore implements LimitStore {
  /** In the order in which they were last used, which is nearly the one in which they end. */
  readonly #kept: Readonly<Record<Limit['kind'], Map<string, UsageLog>>> = {
    caller: new Map(),
    digicert: new Map(),
  };
  readonly #attempts: AttemptLog;

  constructor(
    private readonly clock: Clock,
    private readonly settings: AttemptSettings,
  ) {
    this.#attempts = new AttemptLog(settings);
  }

  /** `share`: of each limit, above 0 and up to 1. */
  async reserve(request: ReserveRequest, share = 1): Promise<ReserveResult> {
    const { count, attempt, quota } = request;
    const nowMs = this.clock.monotonicMs();
    const toWait = (limit: Limit | undefined) =>
      (limit && this.#find(limit)?.waitMs(limit, share, nowMs)) ?? 0;
    const conflict =
      attempt &&
      findConflict(this.#attempts.of(attempt.order), attempt.conflictsWith, this.settings, nowMs);
    const hasRoom = !attempt || this.#attempts.hasRoomFor(attempt, nowMs);
    const waitMs = {
      caller: toWait(count),
      recipient: conflict?.waitMs ?? (hasRoom ? 0 : FULL_WAIT_MS),
      digicert: toWait(quota),
    };
    const reserved = {
      ok: LIMIT_KINDS.every((kind) => waitMs[kind] === 0),
      waitMs,
      blockedForMs: (quota && this.#find(quota)?.blockedForMs(nowMs)) ?? 0,
      cause: conflict && { attempt: conflict.cause, nowMs },
    };
    this.record(request, reserved);
    return reserved;
  }

  async commit(id: string, limit: Limit): Promise<void> {
    const nowMs = this.clock.monotonicMs();
    this.#find(limit)?.remove(id);
    this.#add(limit, id, nowMs, nowMs);
  }

  async release(id: string, limit: Limit): Promise<void> {
    const log = this.#find(limit);
    log?.remove(id);
    if (log?.hasEnded(this.clock.monotonicMs())) {
      this.#kept[limit.kind].delete(limit.key);
    }
  }

  async count(limit: Limit): Promise<readonly number[]> {
    const nowMs = this.clock.monotonicMs();
    return limit.windows.map(({ windowMs }) => this.#find(limit)?.count(windowMs, nowMs) ?? 0);
  }

  async block(limit: Limit, forMs: number): Promise<void> {
    const nowMs = this.clock.monotonicMs();
    this.#open(limit, nowMs).block(nowMs + forMs);
  }

  async endAttempt(
    id: string,
    attempt: Attempt,
    outcome: AttemptOutcome | undefined,
  ): Promise<void> {
    const nowMs = this.clock.monotonicMs();
    if (outcome === undefined) {
      this.#attempts.remove(attempt.order, id, nowMs);
    } else {
      this.#attempts.put(attempt, { id, outcome, atMs: nowMs }, nowMs);
    }
  }

  async attemptsOf(order: string) {
    const nowMs = this.clock.monotonicMs();
    return { attempts: findKept(this.#attempts.of(order), this.settings, nowMs), nowMs };
  }

  async close(): Promise<void> {}

  /** Notes what was decided, here or by another store. */
  record(
    { id, holdMs, count, attempt, quota }: ReserveRequest,
    { ok, waitMs, blockedForMs }: ReserveResult,
  ): void {
    const nowMs = this.clock.monotonicMs();
    const atMs = nowMs + holdMs;
    if (count && waitMs.caller === 0) {
      this.#add(count, id, nowMs, nowMs);
    }
    if (quota && ok) {
      this.#add(quota, id, atMs, nowMs);
      if (attempt) {
        this.#attempts.put(attempt, { id, outcome: 'IN_PROGRESS', atMs }, nowMs);
      }
    }
    if (quota && blockedForMs > 0) {
      this.#open(quota, nowMs).block(nowMs + blockedForMs);
    }
  }

  /** How much is kept. */
  get size() {
    const { caller, digicert } = this.#kept;
    return { caller: caller.size, attempts: this.#attempts.size, digicert: digicert.size };
  }

  /**
   * Attempts since a moment, and all that keep a recipient on cool-down. Callers start at 0: they are many, and forgetting
   * their uses costs little.
   */
  snapshot(sinceMs: number): Snapshot {
    const nowMs = this.clock.monotonicMs();
    return {
      limits: [...this.#kept.digicert.values()].map((log) => ({
        limit: log.limit,
        blockedForMs: log.blockedForMs(nowMs),
        uses: log.usesAt(nowMs).map(({ id, atMs }) => ({ id, usedInMs: atMs - nowMs })),
      })),
      attempts: this.#attempts
        .since(sinceMs, nowMs)
        .map(([order, attempt]) => ({ order, attempt, inMs: attempt.atMs - nowMs })),
    };
  }

  #find({ kind, key }: Limit): UsageLog | undefined {
    return this.#kept[kind].get(key);
  }

  #add(limit: Limit, id: string, atMs: number, nowMs: number): void {
    if (limit.windows.length === 0) {
      return;
    }
    this.#open(limit, nowMs).add({ id, atMs }, nowMs);
  }

  /** The log of a limit, moved to the end of its kind. */
  #open(limit: Limit, nowMs: number): UsageLog {
    const kept = this.#kept[limit.kind];
    const log = kept.get(limit.key) ?? new UsageLog(limit);
    kept.delete(limit.key);
    this.#forgetEnded(limit.kind, nowMs);
    const [first] = kept.keys();
    if (first !== undefined && kept.size >= MAX_LIMITS[limit.kind]) {
      kept.delete(first);
    }
    kept.set(limit.key, log);
    return log;
  }

  #forgetEnded(kind: Limit['kind'], nowMs: number): void {
    for (const [key, log] of this.#kept[kind]) {
      if (!log.hasEnded(nowMs)) {
        break;
      }
      this.#kept[kind].delete(key);
    }
  }
}
