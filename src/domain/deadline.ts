// The moment by which a caller has an answer. One deadline covers every upstream call of a mutation.
import type { Clock } from './clock';

export interface Deadline {
  /** Milliseconds since the Unix epoch. */
  readonly atMs: number;
  /** Aborts when the time is up. */
  readonly signal: AbortSignal;
}

/** Hands out deadlines, and can let all of them pass at once: for a gateway that has to stop. */
export class Deadlines {
  readonly #open = new Set<AbortController>();
  #stopped = false;
  #onIdle = () => {};

  constructor(private readonly clock: Clock) {}

  /** Runs something under a deadline, whose timer ends with it. */
  async within<Result>(
    timeoutMs: number,
    run: (deadline: Deadline) => Promise<Result>,
  ): Promise<Result> {
    const controller = new AbortController();
    const leftMs = this.#stopped ? 0 : timeoutMs;
    if (this.#stopped) {
      controller.abort();
    }
    this.#open.add(controller);
    const cancel = this.clock.after(leftMs, () => controller.abort());
    try {
      return await run({ atMs: this.clock.now() + leftMs, signal: controller.signal });
    } finally {
      cancel();
      this.#open.delete(controller);
      if (this.isIdle) {
        this.#onIdle();
      }
    }
  }

  get isIdle(): boolean {
    return this.#open.size === 0;
  }

  /** Resolves when nothing runs under a deadline. */
  whenIdle(): Promise<void> {
    return new Promise((resolve) => {
      this.#onIdle = resolve;
      if (this.isIdle) {
        resolve();
      }
    });
  }

  /** Whoever still waits is answered now, with what is known now; so is whoever comes after. */
  expireAll(): void {
    this.#stopped = true;
    for (const controller of this.#open) {
      controller.abort();
    }
  }
}

/** Resolves after a while, or as soon as the deadline has passed. */
export function waitWithin(clock: Clock, delayMs: number, { signal }: Deadline): Promise<void> {
  if (delayMs === 0 || signal.aborted) {
    return Promise.resolve();
  }
  return new Promise((resolve) => {
    const end = () => {
      cancel();
      signal.removeEventListener('abort', end);
      resolve();
    };
    const cancel = clock.after(delayMs, end);
    signal.addEventListener('abort', end);
  });
}
