// What is kept within a bound, and what goes first.
import { RecentMap } from '../../src/limits/recent-map';

interface Value {
  readonly size: number;
  readonly endsAtMs: number;
}

const createMap = () =>
  new RecentMap<Value>({
    maxSize: 100,
    sizeOf: ({ size }) => size,
    hasEnded: ({ endsAtMs }, nowMs) => endsAtMs <= nowMs,
  });

const keysOf = (map: RecentMap<Value>) => map.entries().map(([key]) => key);

describe('a map of what is recent', () => {
  it('forgets what was set longest ago where there is no room', () => {
    const map = createMap();
    for (const key of ['a', 'b', 'a', 'c']) {
      map.set(key, { size: 40, endsAtMs: 10 }, 0);
    }

    expect(keysOf(map)).toEqual(['a', 'c']);
    expect(map.size).toBe(80);
  });

  it('forgets what has ended, as others come', () => {
    const map = createMap();
    map.set('a', { size: 1, endsAtMs: 5 }, 0);
    map.set('b', { size: 1, endsAtMs: 6 }, 0);
    map.set('c', { size: 1, endsAtMs: 9 }, 6);

    expect(keysOf(map)).toEqual(['c']);
  });

  it('keeps one that is larger than all may be, alone', () => {
    const map = createMap();
    map.set('a', { size: 1, endsAtMs: 5 }, 0);
    map.set('b', { size: 101, endsAtMs: 5 }, 0);

    expect(keysOf(map)).toEqual(['b']);
    expect(map.makeRoom(1, () => false)).toBe(false);
  });
});
