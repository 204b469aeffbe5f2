import { useEffect, useState } from 'react';

/** Whole seconds left of a wait that began when `since` last changed; 0 when it is over, or there is none. */
export function useCountdown(seconds: number, since: unknown): number {
  const [left, setLeft] = useState(seconds);

  // biome-ignore lint/correctness/useExhaustiveDependencies: another answer begins another wait, if of equal length
  useEffect(() => {
    setLeft(seconds);
    if (seconds === 0) {
      return;
    }
    // Measured against the clock: a page in the background gets its ticks late.
    const end = Date.now() + seconds * 1000;
    const timer = setInterval(() => {
      const now = Math.max(0, Math.ceil((end - Date.now()) / 1000));
      setLeft(now);
      if (now === 0) {
        clearInterval(timer);
      }
    }, 250);
    return () => clearInterval(timer);
  }, [seconds, since]);

  return left;
}
