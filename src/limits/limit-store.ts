// Where limits are counted: one interface, in this process (memory-store.ts) or shared (redis-store.ts). All limits
// are of one kind: so many uses in each rolling window. A recipient on cool-down is a limit of one.
import { hash } from 'node:crypto';
import type { RollingWindow } from '../domain/rolling-window';

/** In the order in which they are named where several refuse: the caller, the mailboxes, then DigiCert. */
export const LIMIT_KINDS = ['caller', 'recipient', 'digicert'] as const;

/** Limits of one kind never push out those of another. */
export type LimitKind = (typeof LIMIT_KINDS)[number];

export interface Limit {
  readonly kind: LimitKind;
  /** Names the API key, the caller or the recipient without giving it away. */
  readonly key: string;
  readonly windows: readonly RollingWindow[];
}

export interface LimitStore {
  /** Reserves all that is requested or nothing, in one atomic step. */
  reserve(request: ReserveRequest): Promise<ReserveResult>;
  /** What was taken was used at some moment up to now: it leaves each window that long from now. */
  commit(id: string, limits: readonly Limit[]): Promise<void>;
  /** What was taken was never used. */
  release(id: string, limits: readonly Limit[]): Promise<void>;
  /** How much of each window is taken. */
  count(limit: Limit): Promise<readonly number[]>;
  /** Nothing can be taken from the limit for so long. A longer time that was set before stands. */
  block(limit: Limit, forMs: number): Promise<void>;
  close(): Promise<void>;
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
  /** Has to have room, and is not taken. */
  readonly check?: readonly Limit[];
  readonly take?: readonly Limit[];
}

/** Milliseconds before which there is no room, and perhaps not then. 0: there is. */
export type Waits = Readonly<Record<LimitKind, number>>;

export interface ReserveResult {
  readonly ok: boolean;
  readonly waitMs: Waits;
  /** Milliseconds for which a limit is blocked. */
  readonly blockedForMs: number;
}

/** Names something in a store without giving it away: 128 bits of a hash. */
export function toKey(...parts: readonly (string | undefined)[]): string {
  const bytes = hash('sha256', JSON.stringify(parts), 'buffer');
  return bytes.subarray(0, 16).toString('base64url');
}

/** That of the API key, the only limit that can be blocked. */
export function toQuota({ check = [], take = [] }: ReserveRequest): Limit | undefined {
  return [...check, ...take].find(({ kind }) => kind === 'digicert');
}

/** Whole seconds, at least one: a caller that waits for them does not come back too early. */
export function toRetryAfterSeconds(waitMs: number): number {
  return Math.max(1, Math.ceil(waitMs / 1_000));
}

/** Milliseconds after which a use can be forgotten. */
export function toLongestMs({ windows }: Limit): number {
  return Math.max(0, ...windows.map(({ windowMs }) => windowMs));
}

/** What a store knows that another one may have lost. Times are milliseconds from now; the past is negative. */
export type Snapshot = readonly {
  readonly limit: Limit;
  readonly blockedForMs: number;
  readonly uses: readonly { readonly id: string; readonly usedInMs: number }[];
}[];
