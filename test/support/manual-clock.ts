// A clock that stands still until a test moves it.
import type { Clock } from '../../src/lib/clock';

export const START = '2026-01-02T03:04:05.000Z';

export class ManualClock implements Clock {
  #nowMs = Date.parse(START);
  #setByMs = 0;
  #timers: { dueMs: number; callback: () => void }[] = [];
  #waiting: { maxDelayMs: number; resolve: (delayMs: number) => void }[] = [];

  now(): number {
    return this.#nowMs + this.#setByMs;
  }

  monotonicMs(): number {
    return this.#nowMs;
  }

  /** As an operator or NTP sets the system's clock: forward, or back by a negative number. */
  set(byMs: number): void {
    this.#setByMs += byMs;
  }

  after(delayMs: number, callback: () => void): () => void {
    const timer = { dueMs: this.#nowMs + delayMs, callback };
    this.#timers.push(timer);
    for (const { resolve } of this.#waiting.filter(({ maxDelayMs }) => delayMs <= maxDelayMs)) {
      resolve(delayMs);
    }
    this.#waiting = this.#waiting.filter(({ maxDelayMs }) => delayMs > maxDelayMs);
    return () => {
      this.#timers = this.#timers.filter((other) => other !== timer);
    };
  }

  /** Resolves with the delay of the next timer that is at most so long: a caller waits from now on. */
  nextTimer(maxDelayMs: number): Promise<number> {
    return new Promise((resolve) => {
      this.#waiting.push({ maxDelayMs, resolve });
    });
  }

  /** Advances the time and calls back all timers that are due, in order. */
  advance(byMs: number): void {
    const endMs = this.#nowMs + byMs;
    for (;;) {
      const [next] = this.#timers
        .filter((timer) => timer.dueMs <= endMs)
        .sort((a, b) => a.dueMs - b.dueMs);
      if (!next) {
        break;
      }
      this.#timers = this.#timers.filter((timer) => timer !== next);
      this.#nowMs = next.dueMs;
      next.callback();
    }
    this.#nowMs = endMs;
  }

  /** Timers that wait; none may be left when all is answered. */
  get pending(): number {
    return this.#timers.length;
  }
}
