import { LRUCache } from 'lru-cache';

/** Remembers what a pure function made of the texts it was asked for last, at most so many of them. */
export function remember(max: number, compute: (text: string) => string): (text: string) => string {
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
