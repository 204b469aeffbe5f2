import { useEffect, useReducer } from 'react';

/** Milliseconds between two looks at the clock: a second shown is never much longer than a second. */
const TICK_MS = 250;

/** Whole seconds until a time, 0 once it has come. The clock is read, as a page in the background ticks late. */
export function useSecondsUntil(timeMs: number): number {
  const [, tick] = useReducer((count: number) => count + 1, 0);
  const seconds = Math.max(0, Math.ceil((timeMs - Date.now()) / 1000));
  const waiting = seconds > 0;

  useEffect(() => {
    if (waiting) {
      const timer = setInterval(tick, TICK_MS);
      return () => clearInterval(timer);
    }
  }, [waiting]);

  return seconds;
}
