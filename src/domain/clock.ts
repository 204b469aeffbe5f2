// Time, injected: the only way the product learns what time it is or waits for anything.

export interface Clock {
  /** Milliseconds since the Unix epoch. */
  now(): number;
  /** Calls back once, `delayMs` from now; the returned function cancels that. */
  after(delayMs: number, callback: () => void): () => void;
}

/** The moment by which a caller has an answer. One deadline covers every upstream call of a mutation. */
export interface Deadline {
  /** Milliseconds since the Unix epoch. */
  readonly atMs: number;
  /** Aborts when the time is up. */
  readonly signal: AbortSignal;
}

export const systemClock: Clock = {
  now: () => Date.now(),
  after: (delayMs, callback) => {
    const timer = setTimeout(callback, delayMs);
    return () => clearTimeout(timer);
  },
};

/** Runs something under a deadline, whose timer ends with it. */
export async function withDeadline<Result>(
  clock: Clock,
  timeoutMs: number,
  run: (deadline: Deadline) => Promise<Result>,
): Promise<Result> {
  const controller = new AbortController();
  const cancel = clock.after(timeoutMs, () => controller.abort());
  try {
    return await run({ atMs: clock.now() + timeoutMs, signal: controller.signal });
  } finally {
    cancel();
  }
}
