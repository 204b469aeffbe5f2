// The uses of one limit, in order: a sliding log, which is exact where counters per interval are not.
import type { RollingWindow } from '../domain/rolling-window';
import { type Place, type Taken, toLongestMs } from './limit-store';

interface Use {
  readonly id: string;
  readonly atMs: number;
}

export class RollingLog {
  /** In order of time. Those before `#first` have left every window. */
  #used: Use[] = [];
  #first = 0;
  /** Places taken whose use is still to come, with the latest moment of it. */
  readonly #taken = new Map<string, number>();
  #shutUntilMs = Number.NEGATIVE_INFINITY;
  #windows: readonly RollingWindow[] = [];

  take(windows: readonly RollingWindow[], place: Place, nowMs: number): Taken {
    const waitMs = this.#waitMs(windows, nowMs);
    if (waitMs > 0) {
      const shutForMs = this.shutForMs(nowMs);
      return { ok: false, waitMs, ...(shutForMs > 0 && { shutForMs }) };
    }
    this.#enter(windows, place, nowMs);
    return { ok: true };
  }

  /** Takes a place that another store has granted. */
  record(windows: readonly RollingWindow[], place: Place, nowMs: number): void {
    this.#forget(windows, nowMs);
    this.#enter(windows, place, nowMs);
  }

  use(windows: readonly RollingWindow[], id: string, nowMs: number): void {
    this.#forget(windows, nowMs);
    this.#taken.delete(id);
    // The system's clock may be set back.
    const atMs = Math.max(nowMs, this.#used.at(-1)?.atMs ?? nowMs);
    this.#used.push({ id, atMs });
  }

  giveBack(id: string): void {
    this.#taken.delete(id);
  }

  shut(untilMs: number): void {
    this.#shutUntilMs = Math.max(this.#shutUntilMs, untilMs);
  }

  /** 0: it is not shut. */
  shutForMs(nowMs: number): number {
    return Math.max(0, this.#shutUntilMs - nowMs);
  }

  /** Whether it says no more than an empty one. */
  isIdle(nowMs: number): boolean {
    this.#forget(this.#windows, nowMs);
    return this.#countFrom(this.#first) === 0 && this.shutForMs(nowMs) === 0;
  }

  /** Places taken in each window, used or not. */
  count(windows: readonly RollingWindow[], nowMs: number): readonly number[] {
    return windows.map(({ windowMs }) => this.#countFrom(this.#firstAfter(nowMs - windowMs)));
  }

  /** Every use that still counts, those to come at their latest moment. */
  list(nowMs: number): { windows: readonly RollingWindow[]; uses: readonly Use[] } {
    this.#forget(this.#windows, nowMs);
    const taken = [...this.#taken].map(([id, atMs]) => ({ id, atMs }));
    return { windows: this.#windows, uses: [...this.#used.slice(this.#first), ...taken] };
  }

  #enter(windows: readonly RollingWindow[], { id, forMs }: Place, nowMs: number): void {
    if (forMs === 0) {
      this.use(windows, id, nowMs);
    } else {
      this.#taken.set(id, nowMs + forMs);
    }
  }

  /** 0 or less when there is room. */
  #waitMs(windows: readonly RollingWindow[], nowMs: number): number {
    this.#forget(windows, nowMs);
    return Math.max(
      this.#shutUntilMs - nowMs,
      ...windows.map((window) => this.#waitForWindowMs(window, nowMs)),
    );
  }

  #waitForWindowMs({ limit, windowMs }: RollingWindow, nowMs: number): number {
    const first = this.#firstAfter(nowMs - windowMs);
    const excess = this.#countFrom(first) + 1 - limit;
    if (excess <= 0) {
      return 0;
    }
    // What is not used yet leaves the window no sooner than if it were used now.
    const leaver = this.#used[first + excess - 1];
    return (leaver?.atMs ?? nowMs) + windowMs - nowMs;
  }

  /** Places taken from the use with that index on; those whose use is still to come are in every window. */
  #countFrom(first: number): number {
    return this.#used.length - first + this.#taken.size;
  }

  /** Index of the first use after a moment, by bisection. */
  #firstAfter(momentMs: number): number {
    let low = this.#first;
    let high = this.#used.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if ((this.#used[middle]?.atMs ?? 0) > momentMs) {
        high = middle;
      } else {
        low = middle + 1;
      }
    }
    return low;
  }

  #forget(windows: readonly RollingWindow[], nowMs: number): void {
    this.#windows = windows;
    const longestMs = toLongestMs(windows);
    this.#first = this.#firstAfter(nowMs - longestMs);
    // Moving the rest only once half of it is gone keeps the cost of a use constant.
    if (this.#first > this.#used.length / 2) {
      this.#used = this.#used.slice(this.#first);
      this.#first = 0;
    }
    // A place whose end was never told, by a fault of ours, must not take room for ever.
    for (const [id, untilMs] of this.#taken) {
      if (untilMs + longestMs > nowMs) {
        break;
      }
      this.#taken.delete(id);
    }
  }
}
