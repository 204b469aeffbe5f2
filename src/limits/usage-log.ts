// The uses of one limit in order of time: a sliding log, which is exact where counters per interval are not.
import type { RollingWindow } from '../domain/rolling-window';

interface Use {
  readonly id: string;
  /** Of what is reserved, the latest moment at which it may be used. */
  readonly atMs: number;
}

export class UsageLog {
  /** Those before `#first` have left every window. */
  #uses: Use[] = [];
  #first = 0;
  #blockedUntilMs = Number.NEGATIVE_INFINITY;

  /** 0: there is room. */
  waitMs(windows: readonly RollingWindow[], nowMs: number): number {
    return Math.max(
      this.blockedForMs(nowMs),
      ...windows.map((window) => this.#waitForWindowMs(window, nowMs)),
    );
  }

  add({ id, atMs }: Use): void {
    this.#uses.splice(this.#firstAfter(atMs), 0, { id, atMs });
  }

  /** What is reserved is near the end. */
  remove(id: string): void {
    const index = this.#uses.findLastIndex((use) => use.id === id);
    if (index >= this.#first) {
      this.#uses.splice(index, 1);
    }
  }

  block(untilMs: number): void {
    this.#blockedUntilMs = Math.max(this.#blockedUntilMs, untilMs);
  }

  blockedForMs(nowMs: number): number {
    return Math.max(0, this.#blockedUntilMs - nowMs);
  }

  count(windowMs: number, nowMs: number): number {
    return this.#uses.length - this.#firstAfter(nowMs - windowMs);
  }

  /** Forgets what was used up to a moment. */
  forget(momentMs: number): void {
    this.#first = this.#firstAfter(momentMs);
    // Moving the rest only once half of it has expired keeps the cost of a use constant.
    if (this.#first > this.#uses.length / 2) {
      this.#uses = this.#uses.slice(this.#first);
      this.#first = 0;
    }
  }

  /** Those that have not been forgotten. */
  get uses(): readonly Use[] {
    return this.#uses.slice(this.#first);
  }

  /** Whether nothing in it counts any more. */
  hasEnded(longestMs: number, nowMs: number): boolean {
    const lastMs = this.#uses.at(-1)?.atMs ?? Number.NEGATIVE_INFINITY;
    return lastMs + longestMs <= nowMs && this.#blockedUntilMs <= nowMs;
  }

  #waitForWindowMs({ limit, windowMs }: RollingWindow, nowMs: number): number {
    const first = this.#firstAfter(nowMs - windowMs);
    const excess = this.#uses.length - first + 1 - limit;
    if (excess <= 0) {
      return 0;
    }
    // What is not used yet leaves the window no sooner than if it were used now.
    const leaver = this.#uses[first + excess - 1];
    return Math.min(leaver?.atMs ?? nowMs, nowMs) + windowMs - nowMs;
  }

  /** Index of the first use after a moment, by bisection. */
  #firstAfter(momentMs: number): number {
    let low = this.#first;
    let high = this.#uses.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if ((this.#uses[middle]?.atMs ?? 0) > momentMs) {
        high = middle;
      } else {
        low = middle + 1;
      }
    }
    return low;
  }
}
