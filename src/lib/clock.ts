// Time, injected: the only way the product learns what time it is or waits for anything.

export interface Clock {
  /** Milliseconds since the Unix epoch, as people and HTTP dates have them. The system's clock may be set. */
  now(): number;
  /** Milliseconds since some moment, which only ever grow: for windows, deadlines and durations. */
  monotonicMs(): number;
  /** Calls back once, `delayMs` from now; the returned function cancels that. */
  after(delayMs: number, callback: () => void): () => void;
}

/** Waits for a result, but no longer than that: then it is `undefined`, and what is late goes on by itself. */
export function withTimeout<Result>(
  clock: Clock,
  timeoutMs: number,
  running: Promise<Result>,
  onLate = () => {},
): Promise<Result | undefined> {
  return new Promise((resolve, reject) => {
    const cancel = clock.after(timeoutMs, () => {
      onLate();
      resolve(undefined);
    });
    running.finally(cancel).then(resolve, reject);
  });
}

export const systemClock: Clock = {
  now: () => Date.now(),
  monotonicMs: () => performance.now(),
  after: (delayMs, callback) => {
    const timer = setTimeout(callback, delayMs);
    return () => clearTimeout(timer);
  },
};
