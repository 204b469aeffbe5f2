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
 * KEYS: of the offset. ARGV: what `toArgument` says. Where the time is neither what it has to be by the monotonic nor by the system's
 * clock, the offset changes. Returns the time and the offset.
 */
export const AGREE_ON_CLOCK = `
local time = redis.call('TIME')
local own = math.floor(time[1] * 1000 + time[2] / 1000)
local offset = tonumber(redis.call('GET', KEYS[1]) or 0)
local expected, tolerance, bySystem = string.match(ARGV[1], '^%S+ (%S+) (%S+) (%S+)$')
local function isOff(moment)
  return math.abs(own + offset - moment) > tonumber(tolerance)
end
if expected and isOff(expected) and isOff(bySystem) then
  offset = expected - own
end
if offset ~= 0 then
  redis.call('SET', KEYS[1], offset, 'PX', ${OFFSET_KEPT_MS})
end
return { own + offset, offset }
`;

export class RedisClock {
  /** Added to what Redis' clock says. */
  #offsetMs = 0;
  #seen:
    | { readonly atMs: number; readonly monotonicMs: number; readonly systemMs: number }
    | undefined;

  /** `now`: instead of Redis' own time. */
  constructor(
    private readonly timeoutMs: number,
    private readonly now: (() => number) | undefined,
  ) {}

  /**
   * What scripts get in place of the time: the offset, what time it has to be, by how many milliseconds it may differ, and what
   * time it is by the system's clock: where the whole machine was suspended the monotonic one stood still.
   */
  toArgument(): string | number {
    if (this.now || !this.#seen) {
      return this.now?.() ?? '';
    }
    const { atMs, monotonicMs, systemMs } = this.#seen;
    const passedMs = performance.now() - monotonicMs;
    const toleranceMs = TOLERANCE_MS + this.timeoutMs + passedMs * MAX_DRIFT;
    const expectedMs = [atMs + passedMs, toleranceMs, atMs + Date.now() - systemMs];
    return [this.#offsetMs, ...expectedMs.map(Math.round)].join(' ');
  }

  /** Redis has just said what time it is, offset included. */
  see(atMs: number, offsetMs = this.#offsetMs): void {
    this.#offsetMs = offsetMs;
    this.#seen = { atMs, monotonicMs: performance.now(), systemMs: Date.now() };
  }
}
