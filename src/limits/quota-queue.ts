// The queue in front of DigiCert: lets a request through when the quota has room for it, keeps it waiting for a moment
// in the order of arrival, and turns it away as soon as the wait is known to be too long. Who waits holds nothing.
import type { Clock } from '../lib/clock';
import type { Deadline } from '../lib/deadline';
import type { Limit, LimitStore, ReserveRequest, ReserveResult } from './limit-store';

/** Requests that may wait at a time; far more than DigiCert allows in any wait that is allowed. */
const MAX_WAITING = 1_000;

/** Milliseconds after which a closed store is asked again, should it have opened early. */
const MAX_TRUST_MS = 1_000;

interface QuotaQueueOptions {
  readonly store: LimitStore;
  /** Of the API key. */
  readonly quota: Limit;
  /** Milliseconds a request may wait. */
  readonly maxWaitMs: number;
  readonly clock: Clock;
  /** Names a reservation; unique among all who share the store. */
  readonly createId: () => string;
}

/** What is reserved together with the quota. */
type Others = Pick<ReserveRequest, 'count' | 'take'>;

/** `id` names what was taken. */
export type QueueResult = ReserveResult & { readonly id: string };

interface Waiter {
  readonly others: readonly Limit[];
  readonly giveUpAtMs: number;
  readonly deadline: Deadline;
  readonly settle: (result: QueueResult) => void;
}

export class QuotaQueue {
  readonly #options: QuotaQueueOptions;
  readonly #waiting: Waiter[] = [];
  #asking = false;
  #cancelTimer = () => {};
  /** There is no room before this moment, as far as is known. */
  #opensAtMs = Number.NEGATIVE_INFINITY;
  #askAgainAtMs = Number.NEGATIVE_INFINITY;
  /** DigiCert has refused this process until then. */
  #blockedUntilMs = Number.NEGATIVE_INFINITY;

  constructor(options: QuotaQueueOptions) {
    this.#options = options;
  }

  get quota(): Limit {
    return this.#options.quota;
  }

  /** Whether anything may stand against a request. */
  get counts(): boolean {
    const { clock, quota } = this.#options;
    return quota.windows.length > 0 || clock.monotonicMs() < this.#blockedUntilMs;
  }

  /** `quota`: that of the queue, or none. */
  async reserve(
    { count, take = [] }: Others,
    quota: readonly Limit[],
    deadline: Deadline,
  ): Promise<QueueResult> {
    const { clock, maxWaitMs } = this.#options;
    if (quota.length === 0) {
      return this.#ask({ count, take }, deadline);
    }
    // Behind those who wait it only checks: a refusal by another limit is returned at once.
    const mustWait = this.#waiting.length > 0 || clock.monotonicMs() < this.#askAgainAtMs;
    const first = mustWait
      ? await this.#ask({ count, check: take }, deadline)
      : await this.#ask({ count, take: [...take, ...quota] }, deadline);
    const isRefused = first.waitMs.caller > 0 || first.waitMs.recipient > 0;
    if (isRefused || (first.ok && !mustWait)) {
      return first;
    }
    const giveUpAtMs = Math.min(clock.monotonicMs() + maxWaitMs, deadline.atMs);
    const isTooLate = deadline.isExpired || this.#opensAtMs >= giveUpAtMs;
    if (isTooLate || this.#waiting.length >= MAX_WAITING) {
      return this.#full();
    }
    return new Promise((resolve) => {
      const giveUp = () => waiter.settle(this.#full());
      const waiter: Waiter = {
        others: take,
        giveUpAtMs,
        deadline,
        settle: (result) => {
          cancelTimer();
          cancelDeadline();
          this.#waiting.splice(this.#waiting.indexOf(waiter), 1);
          this.#schedule();
          resolve(result);
        },
      };
      const cancelTimer = clock.after(giveUpAtMs - clock.monotonicMs(), giveUp);
      const cancelDeadline = deadline.onExpired(giveUp);
      this.#waiting.push(waiter);
      this.#schedule();
    });
  }

  /** Something of the quota was given back. */
  askAgain(): void {
    this.#askAgainAtMs = this.#options.clock.monotonicMs();
    this.#schedule();
  }

  /** DigiCert refuses everyone for so long. */
  block(forMs: number): void {
    const { store, quota } = this.#options;
    void store.block(quota, forMs);
    const untilMs = this.#options.clock.monotonicMs() + forMs;
    this.#blockedUntilMs = Math.max(this.#blockedUntilMs, untilMs);
    this.#close(0);
    this.#schedule();
  }

  /** Makes sure that the first is served when there may be room. */
  #schedule(): void {
    const { clock } = this.#options;
    this.#cancelTimer();
    if (this.#waiting.length > 0 && !this.#asking) {
      const delayMs = Math.max(0, Math.ceil(this.#askAgainAtMs - clock.monotonicMs()));
      this.#cancelTimer = clock.after(delayMs, () => void this.#serve());
    }
  }

  /** Serves those who wait, one after the other, as long as there is room. */
  async #serve(): Promise<void> {
    const { store, quota } = this.#options;
    this.#asking = true;
    try {
      for (let first = this.#waiting[0]; first; first = this.#waiting[0]) {
        const take = [...first.others, quota];
        const result = await this.#ask({ take }, first.deadline);
        if (!result.ok && result.waitMs.recipient === 0) {
          break;
        }
        if (this.#waiting.includes(first)) {
          first.settle(result);
        } else if (result.ok) {
          void store.release(result.id, take);
        }
      }
    } finally {
      this.#asking = false;
      this.#schedule();
    }
  }

  async #ask(
    wanted: Omit<ReserveRequest, 'id' | 'holdMs'>,
    deadline: Deadline,
  ): Promise<QueueResult> {
    const { store, clock, createId } = this.#options;
    const id = createId();
    const holdMs = Math.max(1, deadline.atMs - clock.monotonicMs());
    const reserved = await store.reserve({ id, holdMs, ...wanted });
    // Where a recipient has to wait, the response names that and not the quota.
    if (reserved.waitMs.digicert > 0 && reserved.waitMs.recipient === 0) {
      this.#close(reserved.waitMs.digicert);
    }
    return { ...reserved, id };
  }

  /** Rejects at once those who cannot be served in time. */
  #close(forMs: number): void {
    const nowMs = this.#options.clock.monotonicMs();
    this.#opensAtMs = Math.max(nowMs + forMs, this.#blockedUntilMs);
    this.#askAgainAtMs = Math.min(this.#opensAtMs, nowMs + MAX_TRUST_MS);
    for (const waiter of this.#waiting.filter(({ giveUpAtMs }) => giveUpAtMs <= this.#opensAtMs)) {
      waiter.settle(this.#full());
    }
  }

  #full(): QueueResult {
    const digicert = Math.max(1, this.#opensAtMs - this.#options.clock.monotonicMs());
    return { id: '', ok: false, waitMs: { caller: 0, recipient: 0, digicert }, blockedForMs: 0 };
  }
}
