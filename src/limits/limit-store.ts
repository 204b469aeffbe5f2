// Where limits are counted: one interface, in this process (memory-store.ts) or shared (redis-store.ts).
import type { RollingWindow } from '../domain/rolling-window';

/** Logs of one kind never push out those of another. */
export interface LogName {
  readonly kind: 'digicert' | 'caller';
  /** Names the API key or the caller without giving it away. */
  readonly key: string;
}

export interface LimitStore {
  /** Takes a place in a log, if every window has room for it. */
  take(log: LogName, windows: readonly RollingWindow[], place: Place): Promise<Taken>;
  /** The place was used at some moment up to now: it leaves each window that long from now. */
  use(log: LogName, windows: readonly RollingWindow[], id: string): Promise<void>;
  /** The place was never used. */
  giveBack(log: LogName, id: string): Promise<void>;
  /** How many places of each window are taken. */
  count(log: LogName, windows: readonly RollingWindow[]): Promise<readonly number[]>;
  /** Nobody gets a place in the log for so long. A longer time that was set before stands. */
  shut(log: LogName, forMs: number): Promise<void>;

  /** Holds all of the keys, or none. Milliseconds left of the one held longest, or 0 when all were free. */
  hold(keys: readonly string[], holder: string, forMs: number): Promise<number>;
  /** Holds keys that are the holder's, or free, for so long from now. */
  keep(keys: readonly string[], holder: string, forMs: number): Promise<void>;
  /** Frees those of the keys that are the holder's. */
  release(keys: readonly string[], holder: string): Promise<void>;

  close(): Promise<void>;
}

/** Milliseconds after which a use can be forgotten. */
export function toLongestMs(windows: readonly RollingWindow[]): number {
  return Math.max(0, ...windows.map(({ windowMs }) => windowMs));
}

/**
 * A place in a log. Until `use` or `giveBack` is called it counts as used at the end of `forMs`: nobody knows
 * when a request reaches the other side, only that it is not after its answer.
 */
export interface Place {
  /** Unique among all who share the store. */
  readonly id: string;
  /** 0: used at once. */
  readonly forMs: number;
}

export type Taken =
  | { readonly ok: true }
  /** There is no room before that many milliseconds have passed, and perhaps not then. */
  | {
      readonly ok: false;
      readonly waitMs: number;
      /** Milliseconds for which the log is shut, if it is. */
      readonly shutForMs?: number;
    };

/** What a store knows that another one may have lost. Times are milliseconds from now; the past is negative. */
export interface Snapshot {
  readonly logs: readonly {
    readonly log: LogName;
    readonly windows: readonly RollingWindow[];
    /** 0: it is not shut. */
    readonly shutForMs: number;
    readonly places: readonly { readonly id: string; readonly usedInMs: number }[];
  }[];
  readonly holds: readonly {
    readonly key: string;
    readonly holder: string;
    readonly leftMs: number;
  }[];
}
