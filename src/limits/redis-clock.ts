// What time it is for limits in Redis: its own clock, as long as that goes like this process' monotonic one. When Redis'
// clock is set, or a replica with another one takes over, gateways go on with the time there was, by an offset that they
// share through Redis: else every cool-down would be over, or none would end.

/** Milliseconds by which clocks may differ beyond what a command takes. */
const TOLERANCE_MS = 2_000;

/** Two clocks that are not set drift apart by less than this, as a share of the time. */
const MAX_DRIFT = 0.001;

export class RedisClock {
  readonly #timeoutMs: number;
  /** Added to what Redis' clock says. */
  #offsetMs = 0;
  #seen:
    | { readonly atMs: number; readonly monotonicMs: number; readonly systemMs: number }
    | undefined;

  constructor(timeoutMs: number) {
    this.#timeoutMs = timeoutMs;
  }

  /**
   * What scripts get in place of the time: the offset, what time it has to be, by how many milliseconds it may differ, and what
   * time it is by the system's clock: where the whole machine was suspended the monotonic one stood still.
   */
  toArgument(): string {
    if (!this.#seen) {
      return '';
    }
    const { atMs, monotonicMs, systemMs } = this.#seen;
    const passedMs = performance.now() - monotonicMs;
    const toleranceMs = TOLERANCE_MS + this.#timeoutMs + passedMs * MAX_DRIFT;
    const expectedMs = [atMs + passedMs, toleranceMs, atMs + Date.now() - systemMs];
    return [this.#offsetMs, ...expectedMs.map(Math.round)].join(' ');
  }

  agree(atMs: number, offsetMs: number): void {
    this.#offsetMs = offsetMs;
    this.see(atMs);
  }

  /** Redis has just said what time it is, offset included. */
  see(atMs: number): void {
    this.#seen = { atMs, monotonicMs: performance.now(), systemMs: Date.now() };
  }
}
