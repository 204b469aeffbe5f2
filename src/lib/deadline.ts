// The moment by which a caller has a response. One deadline covers every upstream call of a mutation.
import { setImmediate } from 'node:timers/promises';
import type { Clock } from './clock';

export type Deadline = Readonly<Omit<OpenDeadline, 'expire'>>;

/** Instead of an AbortSignal, which with its listeners weighs more than all else that waits with a call. */
export class OpenDeadline {
  readonly #callbacks = new Set<() => void>();
  /** Whether it is over: the time is up, or the gateway has to stop. */
  isExpired = false;

  /** By the monotonic clock. */
  constructor(readonly atMs: number) {}

  /** Calls back once when it passes; the returned function cancels that. */
  onExpired(callback: () => void): () => void {
    this.#callbacks.add(callback);
    return () => this.#callbacks.delete(callback);
  }

  expire(): void {
    this.isExpired = true;
    for (const callback of this.#callbacks) {
      this.#callbacks.delete(callback);
      callback();
    }
  }
}

/** Creates deadlines, and can expire all of them at once: for a gateway that has to stop. */
export class Deadlines {
  readonly #open = new Set<OpenDeadline>();
  #stopped = false;
  #onIdle = () => {};

  constructor(private readonly clock: Clock) {}

  /** Runs something under a deadline, whose timer ends with it. */
  within<Result>(timeoutMs: number, run: (deadline: Deadline) => Promise<Result>): Promise<Result> {
    const leftMs = this.#stopped ? 0 : timeoutMs;
    const deadline = new OpenDeadline(this.clock.monotonicMs() + leftMs);
    if (this.#stopped) {
      deadline.expire();
    }
    this.#open.add(deadline);
    const cancel = this.clock.after(leftMs, () => deadline.expire());
    const end = () => {
      cancel();
      this.#open.delete(deadline);
      if (this.#open.size === 0) {
        this.#onIdle();
      }
    };
    const result = run(deadline);
    void result.then(end, end);
    return result;
  }

  /** Resolves when nothing runs under a deadline. */
  async whenIdle(): Promise<void> {
    do {
      if (this.#open.size > 0) {
        await new Promise<void>((resolve) => {
          this.#onIdle = resolve;
        });
      }
      // Between two fields of a mutation nothing is in flight for a moment.
      await setImmediate();
    } while (this.#open.size > 0);
  }

  /** Calls that still wait get a response now, with what is known now; so do later calls. */
  expireAll(): void {
    this.#stopped = true;
    for (const deadline of this.#open) {
      deadline.expire();
    }
  }
}

/** Resolves after a while, or as soon as the deadline has passed. */
export function waitWithin(clock: Clock, delayMs: number, deadline: Deadline): Promise<void> {
  if (delayMs === 0 || deadline.isExpired) {
    return Promise.resolve();
  }
  return new Promise((resolve) => {
    const end = () => {
      cancelTimer();
      cancelDeadline();
      resolve();
    };
    const cancelTimer = clock.after(delayMs, end);
    const cancelDeadline = deadline.onExpired(end);
  });
}
