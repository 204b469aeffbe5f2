// The gate in front of DigiCert: lets a request through when the quota has room for it, keeps it waiting
// for a moment in the order of arrival, and turns it away as soon as the wait is known to be too long.
import type { Clock } from '../domain/clock';
import type { Deadline } from '../domain/deadline';
import type { DigicertQuota, QuotaPlace, QuotaTaken, WindowUsage } from '../domain/limits';
import type { RollingWindow } from '../domain/rolling-window';
import type { LimitStore, LogName } from './limit-store';
import { toRetryAfterSeconds } from './retry-after-seconds';

/** Requests that may wait at a time; far more than DigiCert lets through in any wait that is allowed. */
const MAX_WAITING = 1_000;

/** Milliseconds after which a closed store is asked again, should it have opened early. */
const MAX_TRUST_MS = 1_000;

/** Added to each window: what two clocks read in whole milliseconds may differ by. */
const ROUNDING_MS = 1;

export interface DigicertGateOptions {
  readonly store: LimitStore;
  readonly log: LogName;
  readonly windows: readonly RollingWindow[];
  /** Milliseconds a request may wait. */
  readonly maxWaitMs: number;
  readonly clock: Clock;
  /** Names a place; unique among all who share the store. */
  readonly createId: () => string;
}

/** Room where nothing is counted. */
const NOT_COUNTED: QuotaPlace = { use: () => {}, giveBack: () => {} };

interface Waiter {
  readonly giveUpAtMs: number;
  /** For how long its place is taken at most. */
  readonly deadline: Deadline;
  readonly settle: (taken: QuotaTaken) => void;
}

export class DigicertGate implements DigicertQuota {
  readonly #options: DigicertGateOptions;
  readonly #windows: readonly RollingWindow[];
  readonly #waiting: Waiter[] = [];
  #asking = false;
  #cancelTimer = () => {};
  /** There is no room before this moment, as far as is known. */
  #opensAtMs = Number.NEGATIVE_INFINITY;
  #askAgainAtMs = Number.NEGATIVE_INFINITY;
  /** DigiCert has refused this process until then. */
  #shutUntilMs = Number.NEGATIVE_INFINITY;

  constructor(options: DigicertGateOptions) {
    this.#options = options;
    this.#windows = options.windows.map(({ limit, windowMs }) => ({
      limit,
      windowMs: windowMs + ROUNDING_MS,
    }));
  }

  async take(deadline: Deadline): Promise<QuotaTaken> {
    const { clock, maxWaitMs } = this.#options;
    if (this.#windows.length === 0 && clock.now() >= this.#shutUntilMs) {
      return { ok: true, place: NOT_COUNTED };
    }
    if (this.#waiting.length === 0 && clock.now() >= this.#askAgainAtMs) {
      const place = await this.#ask(deadline);
      if (place) {
        return { ok: true, place };
      }
    }
    const giveUpAtMs = Math.min(clock.now() + maxWaitMs, deadline.atMs);
    const isTooLate = deadline.hasPassed || this.#opensAtMs >= giveUpAtMs;
    if (isTooLate || this.#waiting.length >= MAX_WAITING) {
      return this.#full();
    }
    return new Promise((resolve) => {
      const giveUp = () => waiter.settle(this.#full());
      const waiter: Waiter = {
        giveUpAtMs,
        deadline,
        settle: (taken) => {
          cancelTimer();
          cancelDeadline();
          this.#waiting.splice(this.#waiting.indexOf(waiter), 1);
          this.#schedule();
          resolve(taken);
        },
      };
      const cancelTimer = clock.after(giveUpAtMs - clock.now(), giveUp);
      const cancelDeadline = deadline.onPassed(giveUp);
      this.#waiting.push(waiter);
      this.#schedule();
    });
  }

  shut(forSeconds: number): void {
    const { store, log } = this.#options;
    this.#shutUntilMs = Math.max(this.#shutUntilMs, this.#options.clock.now() + forSeconds * 1_000);
    this.#close(0);
    this.#schedule();
    void store.shut(log, forSeconds * 1_000);
  }

  async usage(): Promise<readonly WindowUsage[]> {
    const { store, log, windows } = this.#options;
    const used = await store.count(log, this.#windows);
    return windows.map((window, index) => ({ window, used: used[index] ?? 0 }));
  }

  /** Sees to it that whoever is first is served when there may be room. */
  #schedule(): void {
    const { clock } = this.#options;
    this.#cancelTimer();
    if (this.#waiting.length > 0 && !this.#asking) {
      const delayMs = Math.max(0, Math.ceil(this.#askAgainAtMs - clock.now()));
      this.#cancelTimer = clock.after(delayMs, () => void this.#serve());
    }
  }

  /** Serves those who wait, one after the other, as long as there is room. */
  async #serve(): Promise<void> {
    this.#asking = true;
    try {
      for (let first = this.#waiting[0]; first; first = this.#waiting[0]) {
        const place = await this.#ask(first.deadline);
        if (!place) {
          break;
        }
        if (this.#waiting.includes(first)) {
          first.settle({ ok: true, place });
        } else {
          place.giveBack();
        }
      }
    } finally {
      this.#asking = false;
      this.#schedule();
    }
  }

  async #ask(deadline: Deadline): Promise<QuotaPlace | undefined> {
    const { store, log, clock, createId } = this.#options;
    const id = createId();
    const forMs = Math.max(1, deadline.atMs - clock.now());
    const taken = await store.take(log, this.#windows, { id, forMs });
    if (!taken.ok) {
      this.#close(taken.waitMs);
      return undefined;
    }
    return {
      use: () => void store.use(log, this.#windows, id),
      giveBack: () => void this.#giveBack(id),
    };
  }

  async #giveBack(id: string): Promise<void> {
    const { store, log, clock } = this.#options;
    await store.giveBack(log, id);
    this.#askAgainAtMs = clock.now();
    this.#schedule();
  }

  /** Turns away at once whoever cannot be served in time. */
  #close(forMs: number): void {
    const nowMs = this.#options.clock.now();
    this.#opensAtMs = Math.max(nowMs + forMs, this.#shutUntilMs);
    this.#askAgainAtMs = Math.min(this.#opensAtMs, nowMs + MAX_TRUST_MS);
    for (const waiter of this.#waiting.filter(({ giveUpAtMs }) => giveUpAtMs <= this.#opensAtMs)) {
      waiter.settle(this.#full());
    }
  }

  #full(): QuotaTaken {
    const waitMs = this.#opensAtMs - this.#options.clock.now();
    return { ok: false, retryAfterSeconds: toRetryAfterSeconds(waitMs) };
  }
}
