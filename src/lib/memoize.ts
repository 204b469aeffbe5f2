import { LRUCache } from 'lru-cache';

/** Keeps the results of a pure function for the texts it was called with last, at most so many of them. */
export function memoize(max: number, compute: (text: string) => string): (text: string) => string {
  const known = new LRUCache<string, string>({ max });
  return (text) => {
    let result = known.get(text);
    if (result === undefined) {
      result = compute(text);
      known.set(text, result);
    }
    return result;
  };
}
