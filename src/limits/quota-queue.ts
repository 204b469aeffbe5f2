// The queue in front of DigiCert: lets a request through when the quota has room for it, keeps it waiting for a moment
// in the order of arrival, and turns it away as soon as the wait is known to be too long. Who waits holds nothing.
import type { Clock } from '../lib/clock';
import { type Deadline, OpenDeadline, waitWithin } from '../lib/deadline';
import type { Attempt } from './attempts';
import type { Limit, LimitStore, ReserveRequest, ReserveResult } from './limit-store';

/** Requests that may wait at a time; far more than DigiCert allows in any wait that is allowed. */
const MAX_WAITING = 1_000;

/** Milliseconds after which the store is asked again, should there be room earlier than it said. */
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

/** `id` names what was taken. */
export type QueueResult = ReserveResult & { readonly id: string };

interface Waiter {
  readonly attempt: Attempt | undefined;
  readonly giveUpAtMs: number;
  readonly deadline: Deadline;
  readonly settle: (result: QueueResult) => void;
}

export class QuotaQueue {
  readonly #waiting: Waiter[] = [];
  #isServing = false;
  /** Ends when the store is asked again, on behalf of the first who waits. */
  #pause = new OpenDeadline(0);
  /** There is no room before this moment, as far as is known. */
  #opensAtMs = Number.NEGATIVE_INFINITY;
  /** DigiCert has refused this process until then: a response of the store that is still to come does not change that. */
  #blockedUntilMs = Number.NEGATIVE_INFINITY;

  constructor(private readonly options: QuotaQueueOptions) {}

  get quota(): Limit {
    return this.options.quota;
  }

  /** `wantsQuota`: room for one request, and the attempt that is made with it. */
  async reserve(
    { count, attempt }: Pick<ReserveRequest, 'count' | 'attempt'>,
    wantsQuota: boolean,
    deadline: Deadline,
  ): Promise<QueueResult> {
    // Behind those who wait it only checks: a refusal by another limit is returned at once.
    const isBehind = wantsQuota && this.#waiting.length > 0;
    const quota = wantsQuota && !isBehind ? this.quota : undefined;
    const first = await this.#ask({ count, attempt, quota }, deadline);
    const isRefused = first.waitMs.caller > 0 || first.waitMs.recipient > 0;
    return isRefused || (first.ok && !isBehind) ? first : this.#wait(attempt, deadline);
  }

  /** Something of the quota was given back. The store is asked once for all that is given back in one turn. */
  askAgain(): void {
    if (this.#waiting.length > 0) {
      this.options.clock.after(0, () => this.#pause.expire());
    }
  }

  /** DigiCert refuses everyone for so long. */
  block(forMs: number): void {
    const { store, quota } = this.options;
    void store.block(quota, forMs);
    const untilMs = this.options.clock.monotonicMs() + forMs;
    this.#blockedUntilMs = Math.max(this.#blockedUntilMs, untilMs);
    this.#close(forMs);
  }

  #wait(attempt: Attempt | undefined, deadline: Deadline): Promise<QueueResult> {
    const { clock, maxWaitMs } = this.options;
    const nowMs = clock.monotonicMs();
    const giveUpAtMs = Math.min(nowMs + maxWaitMs, deadline.atMs);
    const isTooLate = deadline.isExpired || this.#opensAtMs >= giveUpAtMs;
    if (isTooLate || this.#waiting.length >= MAX_WAITING) {
      return Promise.resolve(this.#full());
    }
    return new Promise((resolve) => {
      const settle = (result: QueueResult) => {
        cancelTimer();
        cancelDeadline();
        this.#waiting.splice(this.#waiting.indexOf(waiter), 1);
        if (this.#waiting.length === 0) {
          this.#pause.expire();
        }
        resolve(result);
      };
      const waiter: Waiter = { attempt, giveUpAtMs, deadline, settle };
      const cancelTimer = clock.after(giveUpAtMs - nowMs, () => settle(this.#full()));
      const cancelDeadline = deadline.onExpired(() => settle(this.#full()));
      this.#waiting.push(waiter);
      if (!this.#isServing) {
        this.#isServing = true;
        void this.#serve();
      }
    });
  }

  /** Serves those who wait, one after the other, whenever there may be room. */
  async #serve(): Promise<void> {
    const { store, clock } = this.options;
    while (this.#waiting.length > 0) {
      const pauseMs = Math.min(this.#opensAtMs - clock.monotonicMs(), MAX_TRUST_MS);
      this.#pause = new OpenDeadline(this.#opensAtMs);
      await waitWithin(clock, Math.max(0, Math.ceil(pauseMs)), this.#pause);
      const [first] = this.#waiting;
      if (!first) {
        break;
      }
      const wanted = { attempt: first.attempt, quota: this.quota };
      const result = await this.#ask(wanted, first.deadline);
      const isDecided = result.ok || result.waitMs.recipient > 0;
      if (isDecided && this.#waiting.includes(first)) {
        first.settle(result);
      } else if (result.ok) {
        void store.cancel({ ...wanted, id: result.id, holdMs: 0 });
      }
    }
    this.#isServing = false;
  }

  async #ask(
    wanted: Omit<ReserveRequest, 'id' | 'holdMs'>,
    deadline: Deadline,
  ): Promise<QueueResult> {
    const { store, clock, createId } = this.options;
    const id = createId();
    const holdMs = Math.max(1, deadline.atMs - clock.monotonicMs());
    const { count, attempt, quota } = wanted;
    const reserved = await store.reserve({ id, holdMs, count, attempt, quota });
    const { ok, waitMs, blockedForMs, cause } = reserved;
    // Where a recipient has to wait, the response names that and not the quota.
    if (waitMs.digicert > 0 && waitMs.recipient === 0) {
      this.#close(waitMs.digicert);
    }
    return { id, ok, waitMs, blockedForMs, cause };
  }

  /** Rejects at once those who cannot be served in time. */
  #close(forMs: number): void {
    this.#opensAtMs = Math.max(this.options.clock.monotonicMs() + forMs, this.#blockedUntilMs);
    for (const waiter of this.#waiting.filter(({ giveUpAtMs }) => giveUpAtMs <= this.#opensAtMs)) {
      waiter.settle(this.#full());
    }
  }

  #full(): QueueResult {
    const digicert = Math.max(1, this.#opensAtMs - this.options.clock.monotonicMs());
    return { id: '', ok: false, waitMs: { caller: 0, recipient: 0, digicert }, blockedForMs: 0 };
  }
}
