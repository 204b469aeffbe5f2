// Where limits are counted and attempts remembered: one interface, in this process (memory-store.ts) or shared
// (redis-store.ts).
import { hash } from 'node:crypto';
import type { AttemptOutcome } from '../domain/resend-attempt';
import type { RollingWindow } from '../domain/rolling-window';
import { type Attempt, type MadeAttempt, toMadeAttempt } from './attempts';

export interface Limit {
  /** Limits of one kind never push out those of another. */
  readonly kind: 'caller' | 'digicert';
  /** Names the API key or the caller without giving it away. */
  readonly key: string;
  readonly windows: readonly RollingWindow[];
}

export abstract class LimitStore {
  /** Reserves all that is requested or nothing, in one atomic step. */
  abstract reserve(request: ReserveRequest): Promise<ReserveResult>;
  /** Notes what has happened. */
  abstract write(...changes: readonly Change[]): Promise<void>;
  /** How much of each window is taken. */
  abstract count(limit: Limit): Promise<readonly number[]>;
  /** The attempts of an order that still count, the latest at the end, and what time it is for them. */
  abstract attemptsOf(
    order: string,
  ): Promise<{ readonly attempts: readonly MadeAttempt[]; readonly nowMs: number }>;
  abstract close(): Promise<void>;

  /** What was taken was used at some moment up to now: it leaves each window that long from now. */
  commit(id: string, limit: Limit): Promise<void> {
    return this.write({ limit, id, inMs: 0 });
  }

  /** What was taken was never used. */
  release(id: string, limit: Limit): Promise<void> {
    return this.write({ limit, id, inMs: undefined });
  }

  /** Nothing can be taken from the limit for so long. A longer time that was set before stands. */
  block(limit: Limit, forMs: number): Promise<void> {
    return this.write({ limit, blockedForMs: forMs });
  }

  /** What became of an attempt; `undefined`: it was not made after all, and is forgotten. */
  endAttempt(id: string, attempt: Attempt, outcome: AttemptOutcome | undefined): Promise<void> {
    const made = toMadeAttempt(attempt, { id, outcome: outcome ?? 'NOT_SENT', atMs: 0 });
    return this.write({ order: attempt.order, attempt: made, inMs: outcome && 0 });
  }

  /** Gives back all that was reserved. */
  async cancel({ id, attempt, quota }: ReserveRequest): Promise<void> {
    if (quota) {
      await Promise.all([
        this.release(id, quota),
        attempt && this.endAttempt(id, attempt, undefined),
      ]);
    }
  }
}

/**
 * Of a use of a limit or of an attempt: in how many milliseconds it is made, negative when it was; `undefined`: it is not. Not by its
 * own time, which is one of another clock.
 */
export type Change =
  | { readonly limit: Limit; readonly id: string; readonly inMs: number | undefined }
  | { readonly limit: Limit; readonly blockedForMs: number }
  | AttemptChange;

interface AttemptChange {
  readonly order: string;
  readonly attempt: MadeAttempt;
  readonly inMs: number | undefined;
}

/**
 * Until `commit` or `release` is called, what is taken counts as used at the end of `holdMs`: when a request reaches
 * the other side is not known, only that it is not after its response.
 */
export interface ReserveRequest {
  /** Unique among all who share the store. */
  readonly id: string;
  /** Milliseconds. */
  readonly holdMs: number;
  /** Taken and used at once if it has room itself, even if another one has none. */
  readonly count?: Limit | undefined;
  /** Must not conflict with another attempt. Counts as in progress from now on where a quota is taken too. */
  readonly attempt?: Attempt | undefined;
  /** Taken. */
  readonly quota?: Limit | undefined;
}

/** Milliseconds before which there is no room, and perhaps not then. 0: there is. */
export type Waits = Readonly<Record<Limit['kind'] | 'recipient', number>>;

export interface ReserveResult {
  readonly ok: boolean;
  readonly waitMs: Waits;
  /** Milliseconds for which the quota is blocked. */
  readonly blockedForMs: number;
  /** The attempt behind the wait of a recipient, and what time it is for it. */
  readonly cause?: { readonly attempt: MadeAttempt; readonly nowMs: number } | undefined;
}

/** Names something in a store without giving it away: 128 bits of a hash. */
export function toKey(...parts: readonly (string | undefined)[]): string {
  const bytes = hash('sha256', JSON.stringify(parts), 'buffer');
  return bytes.subarray(0, 16).toString('base64url');
}

/** Whole seconds, at least one: a caller that waits for them does not come back too early. */
export function toRetryAfterSeconds(waitMs: number): number {
  return Math.max(1, Math.ceil(waitMs / 1_000));
}

/** Milliseconds after which a use can be forgotten. */
export function toLongestMs({ windows }: Limit): number {
  return Math.max(0, ...windows.map(({ windowMs }) => windowMs));
}

/** What a store knows that another one may have lost. */
export interface Snapshot {
  readonly limits: readonly Change[];
  readonly attempts: readonly AttemptChange[];
}
