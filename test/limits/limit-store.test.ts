// The contract of a limit store, kept by both: in this process, and in Redis.
import type { RollingWindow } from '../../src/domain/rolling-window';
import type { LimitStore, LogName, Taken } from '../../src/limits/limit-store';
import { MemoryStore } from '../../src/limits/memory-store';
import { RedisStore } from '../../src/limits/redis-store';
import { ManualClock } from '../support/manual-clock';
import { describeWithRedis, startRedis } from '../support/redis';

const LOG: LogName = { kind: 'digicert', key: 'key' };
const WINDOWS: readonly RollingWindow[] = [
  { limit: 3, windowMs: 1_000 },
  { limit: 5, windowMs: 10_000 },
];

interface Subject {
  readonly clock: ManualClock;
  readonly store: LimitStore;
  /** Takes a place; with `forMs` 0 it is used at once. */
  take(id: string, forMs?: number): Promise<Taken>;
}

const stores: LimitStore[] = [];

afterEach(async () => {
  await Promise.all(stores.splice(0).map((store) => store.close()));
});

function toSubject(store: LimitStore, clock: ManualClock): Subject {
  stores.push(store);
  return { clock, store, take: (id, forMs = 0) => store.take(LOG, WINDOWS, { id, forMs }) };
}

async function createInMemory(): Promise<Subject> {
  const clock = new ManualClock();
  return toSubject(new MemoryStore(clock), clock);
}

async function createInRedis(): Promise<Subject & { url: string }> {
  const clock = new ManualClock();
  const { url } = await startRedis();
  const store = new RedisStore({ url, timeoutMs: 2_000, now: () => clock.now() });
  await store.connect();
  return { ...toSubject(store, clock), url };
}

function itKeepsTheContract(create: () => Promise<Subject>): void {
  const ROOM: Taken = { ok: true };
  const wait = (waitMs: number): Taken => ({ ok: false, waitMs });

  it('gives as many places as the narrowest window has room for', async () => {
    const { take } = await create();
    expect([await take('1'), await take('2'), await take('3')]).toEqual([ROOM, ROOM, ROOM]);
    expect(await take('4')).toEqual(wait(1_000));
  });

  it('gives a place back the very moment it leaves the window, not a millisecond sooner', async () => {
    const { clock, take } = await create();
    await take('1');
    clock.advance(400);
    await take('2');
    await take('3');
    clock.advance(599);
    expect(await take('4')).toEqual(wait(1));
    clock.advance(1);
    expect(await take('4')).toEqual(ROOM);
    expect(await take('5')).toEqual(wait(400));
  });

  it('counts the places taken in each window, used or not', async () => {
    const { clock, store, take } = await create();
    await take('1');
    clock.advance(900);
    await take('2', 5_000);
    await take('3');
    expect(await store.count(LOG, WINDOWS)).toEqual([3, 3]);
    clock.advance(100);
    expect(await store.count(LOG, WINDOWS)).toEqual([2, 3]);
    await store.giveBack(LOG, '2');
    expect(await store.count(LOG, WINDOWS)).toEqual([1, 2]);
    expect(await store.count({ kind: 'digicert', key: 'another' }, WINDOWS)).toEqual([0, 0]);
    expect(await store.count(LOG, [])).toEqual([]);
  });

  it('rolls: a burst at the end of one interval and one at the start of the next are one burst', async () => {
    const { clock, take } = await create();
    clock.advance(900);
    await take('1');
    await take('2');
    await take('3');
    clock.advance(200);
    expect(await take('4')).toEqual(wait(800));
  });

  it('holds to every window', async () => {
    const { clock, take } = await create();
    for (const id of ['1', '2', '3']) {
      await take(id);
    }
    clock.advance(1_000);
    await take('4');
    await take('5');
    expect(await take('6')).toEqual(wait(9_000));
    clock.advance(1_000);
    expect(await take('6')).toEqual(wait(8_000));
    clock.advance(8_000);
    expect(await take('6')).toEqual(ROOM);
  });

  it('counts what was refused not at all', async () => {
    const { clock, take } = await create();
    for (const id of ['1', '2', '3', '4', '5', '6', '7', '8']) {
      await take(id);
    }
    clock.advance(1_000);
    expect([await take('a'), await take('b')]).toEqual([ROOM, ROOM]);
  });

  it('counts a place from the moment it was used, and until then as used last', async () => {
    const { clock, store, take } = await create();
    await take('1', 5_000);
    await take('2', 5_000);
    await take('3', 5_000);
    clock.advance(2_000);
    expect(await take('4')).toEqual(wait(1_000));
    await store.use(LOG, WINDOWS, '1');
    clock.advance(999);
    expect(await take('4')).toEqual(wait(1));
    clock.advance(1);
    expect(await take('4')).toEqual(ROOM);
  });

  it('lets go of a place whose use nobody told', async () => {
    const { clock, take } = await create();
    for (const id of ['1', '2', '3']) {
      await take(id, 5_000);
    }
    clock.advance(15_000);
    expect(await take('4')).toEqual(ROOM);
  });

  it('gives a place back that was never used', async () => {
    const { store, take } = await create();
    for (const id of ['1', '2', '3']) {
      await take(id, 5_000);
    }
    await store.giveBack(LOG, '2');
    expect([await take('4'), await take('5')]).toEqual([ROOM, wait(1_000)]);
  });

  it('keeps logs apart', async () => {
    const { store, take } = await create();
    for (const id of ['1', '2', '3']) {
      await take(id);
    }
    for (const other of [
      { kind: 'digicert', key: 'other' },
      { kind: 'caller', key: 'key' },
    ] as const) {
      expect(await store.take(other, WINDOWS, { id: '4', forMs: 0 })).toEqual(ROOM);
    }
  });

  it('gives nobody a place while a log is shut, and a shorter time does not open it sooner', async () => {
    const { clock, store, take } = await create();
    await store.shut(LOG, 30_000);
    await store.shut(LOG, 5_000);
    expect(await take('1')).toEqual({ ...wait(30_000), shutForMs: 30_000 });
    clock.advance(29_999);
    expect(await take('1')).toEqual({ ...wait(1), shutForMs: 1 });
    clock.advance(1);
    expect(await take('1')).toEqual(ROOM);
  });

  it('gives no more than there is, however many ask at once', async () => {
    const { take } = await create();
    const taken = await Promise.all(Array.from({ length: 200 }, (_, id) => take(String(id), 1)));
    expect(taken.filter(({ ok }) => ok)).toHaveLength(3);
  });

  it('holds all keys or none, and tells how long the longest is held', async () => {
    const { clock, store } = await create();
    expect(await store.hold(['a', 'b'], 'first', 60_000)).toBe(0);
    clock.advance(10_000);
    expect(await store.hold(['c'], 'second', 70_000)).toBe(0);
    expect(await store.hold(['d', 'b', 'c'], 'third', 60_000)).toBe(70_000);
    expect(await store.hold(['d'], 'fourth', 60_000)).toBe(0);
    clock.advance(50_000);
    expect(await store.hold(['a', 'b'], 'fifth', 60_000)).toBe(0);
  });

  it('gives one of many who want a key at once', async () => {
    const { store } = await create();
    const left = await Promise.all(
      Array.from({ length: 200 }, (_, id) => store.hold(['a'], String(id), 60_000)),
    );
    expect(left.filter((leftMs) => leftMs === 0)).toHaveLength(1);
  });

  it('frees and keeps only what is the holder’s own, or nobody’s', async () => {
    const { clock, store } = await create();
    await store.hold(['a', 'b'], 'first', 10_000);
    await store.release(['a', 'b'], 'second');
    await store.keep(['a', 'b'], 'second', 99_000);
    expect(await store.hold(['a'], 'third', 10_000)).toBe(10_000);
    await store.keep(['a'], 'first', 30_000);
    await store.release(['b'], 'first');
    expect(await store.hold(['a'], 'third', 10_000)).toBe(30_000);
    expect(await store.hold(['b'], 'third', 10_000)).toBe(0);
    clock.advance(30_000);
    await store.keep(['a'], 'fourth', 5_000);
    expect(await store.hold(['a'], 'third', 10_000)).toBe(5_000);
  });
}

describe('limits in memory', () => {
  itKeepsTheContract(createInMemory);
});

describeWithRedis('limits in Redis', () => {
  itKeepsTheContract(createInRedis);

  it('are shared by every process that uses it, by its own clock', async () => {
    const { url } = await startRedis();
    const [one, other] = [0, 1].map(() => new RedisStore({ url, timeoutMs: 2_000 }));
    for (const store of [one, other]) {
      stores.push(store as RedisStore);
      await store?.connect();
    }
    const places = { limit: 1, windowMs: 60_000 };
    expect(await one?.take(LOG, [places], { id: '1', forMs: 0 })).toEqual({ ok: true });
    const taken = await other?.take(LOG, [places], { id: '2', forMs: 0 });
    expect(taken).toEqual({ ok: false, waitMs: expect.any(Number) });
  });

  it('know a snapshot that is restored, and count nothing twice', async () => {
    const { store, clock, take } = await createInRedis();
    const local = new MemoryStore(clock);
    await take('1');
    local.recordPlace(LOG, WINDOWS, { id: '1', forMs: 0 });
    local.recordPlace(LOG, WINDOWS, { id: '2', forMs: 500 });
    local.recordHold(['a'], 'holder', 10_000);
    clock.advance(400);

    await (store as RedisStore).restore(local.snapshot());

    expect(await take('3')).toEqual({ ok: true });
    expect(await take('4')).toEqual({ ok: false, waitMs: 600 });
    expect(await store.hold(['a'], 'other', 1)).toBe(9_600);
  });

  it('leave nothing behind in Redis that lasts', async () => {
    const { store, take, url } = await createInRedis();
    await take('1');
    await store.use(LOG, WINDOWS, '2');
    await store.shut(LOG, 1_000);
    await store.hold(['a'], 'holder', 1_000);
    const { Redis } = await import('ioredis');
    const redis = new Redis(url);
    const keys = await redis.keys('*');
    const lasting = await Promise.all(keys.map((key) => redis.pttl(key)));
    await redis.quit();
    expect(keys).toHaveLength(3);
    expect(lasting.every((ttl) => ttl > 0 && ttl <= 10_000)).toBe(true);
  });
});

it('limits in memory stay small, however many ask', async () => {
  const clock = new ManualClock();
  const store = new MemoryStore(clock);
  const windows = [{ limit: 60, windowMs: 60_000 }];
  for (let index = 0; index < 150_000; index += 1) {
    await store.take({ kind: 'caller', key: String(index) }, windows, { id: 'id', forMs: 0 });
    await store.hold([String(index)], 'holder', 60_000);
  }
  expect(store.size).toEqual({ logs: 10_000, holds: 100_000 });
});

it('limits in memory forget nobody who is held: beyond what fits, others wait', async () => {
  const clock = new ManualClock();
  const store = new MemoryStore(clock);
  const keys = Array.from({ length: 100_000 }, (_, index) => String(index));
  expect(await store.hold(keys, 'holder', 60_000)).toBe(0);
  expect(await store.hold(['one more'], 'other', 60_000)).toBe(1_000);
  expect(await store.hold(['0'], 'other', 60_000)).toBe(60_000);
  clock.advance(60_000);
  expect(await store.hold(['one more'], 'other', 60_000)).toBe(0);
});

it('holds in memory that have ended are forgotten as others come', async () => {
  const clock = new ManualClock();
  const store = new MemoryStore(clock);
  for (let index = 0; index < 100; index += 1) {
    await store.hold([String(index)], 'holder', 70_000);
    await store.keep([String(index)], 'holder', 60_000);
    clock.advance(10_000);
  }
  expect(store.size.holds).toBeLessThanOrEqual(7);
});

it('holds that another store has granted are forgotten here once they have ended', () => {
  const clock = new ManualClock();
  const store = new MemoryStore(clock);
  for (let index = 0; index < 100; index += 1) {
    store.recordHold([String(index)], 'holder', 70_000);
    clock.advance(10_000);
  }
  expect(store.size.holds).toBe(7);
});

it('of holds that another store has granted, those that end first are forgotten here when there are too many', async () => {
  const clock = new ManualClock();
  const store = new MemoryStore(clock);
  const keys = (name: string, count: number) =>
    Array.from({ length: count }, (_, index) => `${name} ${index}`);
  store.recordHold(keys('long', 40_000), 'holder', 90_000);
  store.recordHold(keys('short', 40_000), 'holder', 60_000);
  clock.advance(1_000);
  store.recordHold(keys('late', 45_000), 'holder', 60_000);

  expect(store.size.holds).toBe(100_000);
  expect(await store.hold(['short 0'], 'other', 1)).toBe(1_000);
  const left = (key: string) => store.snapshot().holds.find((hold) => hold.key === key)?.leftMs;
  expect(['long 0', 'short 24999', 'short 25000', 'late 0'].map((key) => [key, left(key)])).toEqual(
    [
      ['long 0', 89_000],
      ['short 24999', undefined],
      ['short 25000', 59_000],
      ['late 0', 60_000],
    ],
  );
});

it('limits in memory find room again after the clock was set back', async () => {
  const clock = new ManualClock();
  const store = new MemoryStore(clock);
  clock.advance(3_600_000);
  await store.hold(['from the future'], 'holder', 60_000);
  clock.advance(-3_600_000);
  const keys = Array.from({ length: 99_999 }, (_, index) => String(index));
  expect(await store.hold(keys, 'holder', 60_000)).toBe(0);
  clock.advance(60_000);
  expect(await store.hold(keys, 'other', 60_000)).toBe(0);
  expect(await store.hold(['one more'], 'other', 60_000)).toBe(1_000);
});

it('logs in memory whose windows are over are forgotten as other callers come', async () => {
  const clock = new ManualClock();
  const store = new MemoryStore(clock);
  const windows = [{ limit: 60, windowMs: 60_000 }];
  for (let index = 0; index < 100; index += 1) {
    const log = { kind: 'caller', key: String(index) } as const;
    if (index % 2 === 0) {
      await store.take(log, windows, { id: 'id', forMs: 0 });
    } else {
      store.recordPlace(log, windows, { id: 'id', forMs: 0 });
    }
    clock.advance(10_000);
  }
  expect(store.size.logs).toBe(6);
});

it('logs in memory that are shut, or hold a place to come, are not forgotten', async () => {
  const clock = new ManualClock();
  const store = new MemoryStore(clock);
  await store.shut(LOG, 600_000);
  await store.take({ kind: 'digicert', key: 'other' }, WINDOWS, { id: '1', forMs: 600_000 });
  clock.advance(60_000);
  await store.take({ kind: 'digicert', key: 'third' }, WINDOWS, { id: '2', forMs: 0 });

  expect(store.size.logs).toBe(3);
  expect(await store.take(LOG, WINDOWS, { id: '3', forMs: 0 })).toMatchObject({ ok: false });
});
