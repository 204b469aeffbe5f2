// Time, injected: the only way the product learns what time it is or waits for anything.

export interface Clock {
  /** Milliseconds since the Unix epoch. */
  now(): number;
  /** Calls back once, `delayMs` from now; the returned function cancels that. */
  after(delayMs: number, callback: () => void): () => void;
}

/** The moment by which a caller has an answer. One deadline covers every upstream call of a mutation. */
export interface Deadline {
  /** Aborts when the time is up. */
  readonly signal: AbortSignal;
  /** Ends the wait early; call it once the answer stands, or the timer lives on. */
  cancel(): void;
}

export const systemClock: Clock = {
  now: () => Date.now(),
  after: (delayMs, callback) => {
    const timer = setTimeout(callback, delayMs);
    return () => clearTimeout(timer);
  },
};

export function startDeadline(clock: Clock, timeoutMs: number): Deadline {
  const controller = new AbortController();
  const cancel = clock.after(timeoutMs, () => controller.abort());
  return { signal: controller.signal, cancel };
}
