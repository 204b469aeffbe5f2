// What time it is for limits in Redis: its own clock, as long as that goes like this process' monotonic one. When Redis'
// clock is set, or a replica with another one takes over, gateways go on with the time there was, by an offset that they
// share through Redis: else every cool-down would be over, or none would end.

/** Milliseconds by which clocks may differ beyond what a command takes. */
const TOLERANCE_MS = 2_000;

/** Two clocks that are not set drift apart by less than this, as a share of the time. */
const MAX_DRIFT = 0.001;

/** Milliseconds: longer than anything that was written with an offset. */
const OFFSET_KEPT_MS = 400 * 86_400_000;

/**
 * KEYS: of the offset. ARGV: what time it should be, offset included, by how many milliseconds it may differ, and what time it
 * should be by another clock; or nothing. Where it is neither, the offset changes. Returns the time and the offset.
 */
export const AGREE_ON_CLOCK = `
local time = redis.call('TIME')
local own = time[1] * 1000 + time[2] / 1000
local offset = tonumber(redis.call('GET', KEYS[1]) or 0)
local function isOff(expected)
  return math.abs(own + offset - expected) > tonumber(ARGV[2])
end
if ARGV[1] and isOff(ARGV[1]) and isOff(ARGV[3]) then
  offset = ARGV[1] - own
end
if offset ~= 0 then
  redis.call('SET', KEYS[1], string.format('%.17g', offset), 'PX', ${OFFSET_KEPT_MS})
end
return { string.format('%.17g', own + offset), string.format('%.17g', offset) }
`;

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

  /** What scripts get in place of the time. */
  toArgument(): string {
    const [monotonic, tolerance] = this.#expect();
    return monotonic === undefined ? '' : `${this.#offsetMs} ${monotonic} ${tolerance}`;
  }

  /**
   * What the script that agrees on the offset gets. By the system's clock, too: where the whole machine was suspended
   * the monotonic one stood still.
   */
  toExpectations(): readonly number[] {
    const { atMs, systemMs } = this.#seen ?? {};
    return atMs === undefined || systemMs === undefined
      ? []
      : [...this.#expect(), Math.round(atMs + Date.now() - systemMs)];
  }

  agree(atMs: number, offsetMs: number): void {
    this.#offsetMs = offsetMs;
    this.see(atMs);
  }

  /** Redis has just said what time it is, offset included. */
  see(atMs: number): void {
    this.#seen = { atMs, monotonicMs: performance.now(), systemMs: Date.now() };
  }

  /** What time it has to be, and by how many milliseconds it may differ. */
  #expect(): readonly number[] {
    if (!this.#seen) {
      return [];
    }
    const passedMs = performance.now() - this.#seen.monotonicMs;
    const toleranceMs = TOLERANCE_MS + this.#timeoutMs + passedMs * MAX_DRIFT;
    return [Math.round(this.#seen.atMs + passedMs), Math.round(toleranceMs)];
  }
}
