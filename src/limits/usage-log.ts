// The uses of one limit in order of time: a sliding log, which is exact where counters per interval are not.
import { type Limit, toLongestMs } from './limit-store';

interface Use {
  readonly id: string;
  /** Of what is reserved, the latest moment at which it may be used. */
  readonly atMs: number;
}

export class UsageLog {
  /** The first of them may have left every window. */
  #uses: Use[] = [];
  #blockedUntilMs = Number.NEGATIVE_INFINITY;
  /** Milliseconds after which a use has left every window. */
  readonly #longestMs: number;

  constructor(readonly limit: Limit) {
    this.#longestMs = toLongestMs(limit);
  }

  /** 0: there is room, in a share of the limit. */
  waitMs({ windows }: Limit, share: number, nowMs: number): number {
    const waits = windows.map(({ limit, windowMs }) => {
      // At least one, or a small limit would stop everything.
      const room = Math.max(1, Math.floor(limit * share));
      // What is not used yet leaves the window no sooner than if it were used now.
      const leaverMs = Math.min(this.#uses.at(-room)?.atMs ?? Number.NEGATIVE_INFINITY, nowMs);
      return leaverMs + windowMs - nowMs;
    });
    return Math.max(this.blockedForMs(nowMs), ...waits);
  }

  /** Of one that is not in it. Without windows nothing is limited. */
  add(use: Use, nowMs: number): void {
    const middle = this.#uses[this.#uses.length >> 1];
    // Only once half of them have ended, which keeps the cost of a use constant.
    if (middle && middle.atMs <= nowMs - this.#longestMs) {
      this.#uses = this.usesWithin(this.#longestMs, nowMs);
    }
    if (this.#longestMs > 0) {
      insertByTime(this.#uses, use);
    }
  }

  /** What is reserved is near the end. */
  remove(id: string): void {
    const index = this.#uses.findLastIndex((use) => use.id === id);
    if (index >= 0) {
      this.#uses.splice(index, 1);
    }
  }

  block(untilMs: number): void {
    this.#blockedUntilMs = Math.max(this.#blockedUntilMs, untilMs);
  }

  blockedForMs(nowMs: number): number {
    return Math.max(0, this.#blockedUntilMs - nowMs);
  }

  /** Those that a window of so long has in it. */
  usesWithin(windowMs: number, nowMs: number): Use[] {
    const leaver = this.#uses.findLastIndex(({ atMs }) => atMs <= nowMs - windowMs);
    return this.#uses.slice(leaver + 1);
  }

  /** Whether nothing in it counts any more. */
  hasEnded(nowMs: number): boolean {
    const lastMs = this.#uses.at(-1)?.atMs ?? Number.NEGATIVE_INFINITY;
    return lastMs + this.#longestMs <= nowMs && this.#blockedUntilMs <= nowMs;
  }
}

/** Near the end: only what is reserved may be later. Of several at one moment the one that came last is the later one. */
export function insertByTime<Entry extends { readonly atMs: number }>(
  entries: Entry[],
  entry: Entry,
): void {
  entries.splice(entries.findLastIndex(({ atMs }) => atMs <= entry.atMs) + 1, 0, entry);
}
