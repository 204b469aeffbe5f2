// Limits counted in this process alone.
import { LRUCache } from 'lru-cache';
import type { Clock } from '../domain/clock';
import type { RollingWindow } from '../domain/rolling-window';
import { Holds } from './holds';
import type { LimitStore, LogName, Place, Snapshot, Taken } from './limit-store';
import { RollingLog } from './rolling-log';

/** Logs kept. Beyond that, the caller who asked longest ago starts anew; API keys are one, or two for a while. */
const MAX_LOGS = { caller: 10_000, digicert: 10 };

/**
 * Keys held at a time, some 20 MB. Beyond that what is decided here is refused until some are free, and of what
 * another store has granted, and still knows, the hold that ends first is forgotten here.
 */
const MAX_HOLDS = 100_000;

/** Milliseconds between two looks for holds that have ended, and to wait where there is no room for more. */
const SWEEP_INTERVAL_MS = 1_000;

export class MemoryStore implements LimitStore {
  readonly #logs = {
    caller: new LRUCache<string, RollingLog>({ max: MAX_LOGS.caller }),
    digicert: new LRUCache<string, RollingLog>({ max: MAX_LOGS.digicert }),
  };
  readonly #holds = new Holds();
  #sweptAtMs = Number.NEGATIVE_INFINITY;

  constructor(private readonly clock: Clock) {}

  async take(log: LogName, windows: readonly RollingWindow[], place: Place): Promise<Taken> {
    return this.#open(log).take(windows, place, this.clock.now());
  }

  async use(log: LogName, windows: readonly RollingWindow[], id: string): Promise<void> {
    this.#open(log).use(windows, id, this.clock.now());
  }

  async giveBack(log: LogName, id: string): Promise<void> {
    this.#open(log).giveBack(id);
  }

  async count(log: LogName, windows: readonly RollingWindow[]): Promise<readonly number[]> {
    return this.#open(log).count(windows, this.clock.now());
  }

  async shut(log: LogName, forMs: number): Promise<void> {
    this.#open(log).shut(this.clock.now() + forMs);
  }

  async hold(keys: readonly string[], holder: string, forMs: number): Promise<number> {
    const nowMs = this.clock.now();
    this.#holds.deleteEnded(nowMs);
    const leftMs = Math.max(0, ...keys.map((key) => (this.#holds.get(key)?.untilMs ?? 0) - nowMs));
    if (leftMs === 0 && !this.#hasRoomFor(keys.length)) {
      return SWEEP_INTERVAL_MS;
    }
    if (leftMs === 0) {
      this.recordHold(keys, holder, forMs);
    }
    return leftMs;
  }

  async keep(keys: readonly string[], holder: string, forMs: number): Promise<void> {
    this.recordHold(
      keys.filter((key) => this.#isFree(key) || this.#isHeldBy(key, holder)),
      holder,
      forMs,
    );
  }

  async release(keys: readonly string[], holder: string): Promise<void> {
    for (const key of keys.filter((key) => this.#isHeldBy(key, holder))) {
      this.#holds.delete(key);
    }
  }

  async close(): Promise<void> {}

  /** Takes over what another store has granted. */
  recordPlace(log: LogName, windows: readonly RollingWindow[], place: Place): void {
    this.#open(log).record(windows, place, this.clock.now());
  }

  /** As {@link recordPlace}, for keys. */
  recordHold(keys: readonly string[], holder: string, forMs: number): void {
    const nowMs = this.clock.now();
    this.#holds.deleteEnded(nowMs);
    for (const key of keys) {
      this.#holds.set(key, holder, forMs, nowMs);
      if (this.#holds.size > MAX_HOLDS) {
        this.#holds.deleteFirstToEnd();
      }
    }
  }

  /** How much is kept. */
  get size(): { readonly logs: number; readonly holds: number } {
    const { caller, digicert } = this.#logs;
    return { logs: caller.size + digicert.size, holds: this.#holds.size };
  }

  snapshot(): Snapshot {
    const nowMs = this.clock.now();
    return {
      // Callers start anew: theirs are many, and forgiving them costs little.
      logs: [...this.#logs.digicert].map(([key, rollingLog]) => {
        const { windows, uses } = rollingLog.list(nowMs);
        return {
          log: { kind: 'digicert', key },
          windows,
          shutForMs: rollingLog.shutForMs(nowMs),
          places: uses.map(({ id, atMs }) => ({ id, usedInMs: atMs - nowMs })),
        };
      }),
      holds: [...this.#holds]
        .map(([key, { holder, untilMs }]) => ({ key, holder, leftMs: untilMs - nowMs }))
        .filter(({ leftMs }) => leftMs > 0),
    };
  }

  #open({ kind, key }: LogName): RollingLog {
    const logs = this.#logs[kind];
    let log = logs.get(key);
    if (!log) {
      this.#forgetIdle(logs);
      log = new RollingLog();
      logs.set(key, log);
    }
    return log;
  }

  /** A caller who does not come again leaves nothing behind. The log that was used longest ago comes first. */
  #forgetIdle(logs: LRUCache<string, RollingLog>): void {
    const nowMs = this.clock.now();
    for (const key of logs.rkeys()) {
      if (!logs.peek(key)?.isIdle(nowMs)) {
        break;
      }
      logs.delete(key);
    }
  }

  /** Looks at every hold once in a while: after the clock was set back, one that ends late hides those that ended. */
  #hasRoomFor(count: number): boolean {
    const nowMs = this.clock.now();
    if (this.#holds.size + count > MAX_HOLDS && nowMs >= this.#sweptAtMs + SWEEP_INTERVAL_MS) {
      this.#sweptAtMs = nowMs;
      for (const [key, { untilMs }] of this.#holds) {
        if (untilMs <= nowMs) {
          this.#holds.delete(key);
        }
      }
    }
    return this.#holds.size + count <= MAX_HOLDS;
  }

  #isFree(key: string): boolean {
    return (this.#holds.get(key)?.untilMs ?? 0) <= this.clock.now();
  }

  #isHeldBy(key: string, holder: string): boolean {
    return this.#holds.get(key)?.holder === holder;
  }
}
