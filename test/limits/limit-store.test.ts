// The contract of a limit store, kept by both: in this process, and in Redis.

import type { Limit, LimitStore, Waits } from '../../src/limits/limit-store';
import { MemoryStore } from '../../src/limits/memory-store';
import { RedisStore } from '../../src/limits/redis-store';
import { ManualClock } from '../support/manual-clock';
import { describeWithRedis, startRedis } from '../support/redis';

const QUOTA: Limit = {
  kind: 'digicert',
  key: 'key',
  windows: [
    { limit: 3, windowMs: 1_000 },
    { limit: 5, windowMs: 10_000 },
  ],
};

/** A recipient who may be mailed once in so long. */
const toRecipient = (key: string, windowMs = 60_000): Limit => ({
  kind: 'recipient',
  key,
  windows: [{ limit: 1, windowMs }],
});

const toCaller = (key: string, limit = 60): Limit => ({
  kind: 'caller',
  key,
  windows: [{ limit, windowMs: 60_000 }],
});

interface Subject {
  readonly clock: ManualClock;
  readonly store: LimitStore;
  /** Takes one of the quota; with `holdMs` 0 it is used at once. Milliseconds to wait when there is no room. */
  take(id: string, holdMs?: number, limit?: Limit): Promise<number>;
  /** Takes all of some recipients, or none. Milliseconds to wait when there is no room. */
  mail(keys: readonly string[], id: string, windowMs?: number): Promise<number>;
}

const stores: LimitStore[] = [];

afterEach(async () => {
  await Promise.all(stores.splice(0).map((store) => store.close()));
});

function toSubject(store: LimitStore, clock: ManualClock): Subject {
  stores.push(store);
  return {
    clock,
    store,
    take: async (id, holdMs = 0, limit = QUOTA) => {
      const { ok, waitMs } = await store.reserve({ id, holdMs, take: [limit] });
      expect(ok).toBe(waitMs[limit.kind] === 0);
      return waitMs[limit.kind];
    },
    mail: async (keys, id, windowMs) => {
      const take = keys.map((key) => toRecipient(key, windowMs));
      return (await store.reserve({ id, holdMs: 10_000, take })).waitMs.recipient;
    },
  };
}

async function createInMemory(): Promise<Subject> {
  const clock = new ManualClock();
  return toSubject(new MemoryStore(clock), clock);
}

async function createInRedis(): Promise<Subject & { url: string }> {
  const clock = new ManualClock();
  const { url } = await startRedis();
  const now = () => clock.now();
  const store = new RedisStore({ url, timeoutMs: 2_000, instance: 'test', now });
  await store.connect();
  return { ...toSubject(store, clock), url };
}

function itKeepsTheContract(create: () => Promise<Subject>): void {
  const ROOM = 0;

  it('gives as many places as the narrowest window has room for', async () => {
    const { take } = await create();
    expect([await take('1'), await take('2'), await take('3')]).toEqual([ROOM, ROOM, ROOM]);
    expect(await take('4')).toEqual(1_000);
  });

  it('gives a place back the very moment it leaves the window, not a millisecond sooner', async () => {
    const { clock, take } = await create();
    await take('1');
    clock.advance(400);
    await take('2');
    await take('3');
    clock.advance(599);
    expect(await take('4')).toEqual(1);
    clock.advance(1);
    expect(await take('4')).toEqual(ROOM);
    expect(await take('5')).toEqual(400);
  });

  it('counts the places reserved in each window, used or not', async () => {
    const { clock, store, take } = await create();
    await take('1');
    clock.advance(900);
    await take('2', 5_000);
    await take('3');
    expect(await store.count(QUOTA)).toEqual([3, 3]);
    clock.advance(100);
    expect(await store.count(QUOTA)).toEqual([2, 3]);
    await store.release('2', [QUOTA]);
    expect(await store.count(QUOTA)).toEqual([1, 2]);
    expect(await store.count({ ...QUOTA, key: 'another' })).toEqual([0, 0]);
    expect(await store.count({ ...QUOTA, windows: [] })).toEqual([]);
  });

  it('rolls: a burst at the end of one interval and one at the start of the next are one burst', async () => {
    const { clock, take } = await create();
    clock.advance(900);
    await take('1');
    await take('2');
    await take('3');
    clock.advance(200);
    expect(await take('4')).toEqual(800);
  });

  it('holds to every window', async () => {
    const { clock, take } = await create();
    for (const id of ['1', '2', '3']) {
      await take(id);
    }
    clock.advance(1_000);
    await take('4');
    await take('5');
    expect(await take('6')).toEqual(9_000);
    clock.advance(1_000);
    expect(await take('6')).toEqual(8_000);
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
    expect(await take('4')).toEqual(1_000);
    await store.commit('1', [QUOTA]);
    clock.advance(999);
    expect(await take('4')).toEqual(1);
    clock.advance(1);
    expect(await take('4')).toEqual(ROOM);
  });

  it('releases a place whose use was never reported', async () => {
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
    await store.release('2', [QUOTA]);
    expect([await take('4'), await take('5')]).toEqual([ROOM, 1_000]);
  });

  it('keeps limits apart', async () => {
    const { take } = await create();
    for (const id of ['1', '2', '3']) {
      await take(id);
    }
    for (const other of [
      { ...QUOTA, key: 'other' },
      { ...QUOTA, kind: 'caller' as const },
    ]) {
      expect(await take('4', 0, other)).toEqual(ROOM);
    }
  });

  it('has no room while a limit is blocked, and a shorter time does not open it sooner', async () => {
    const { clock, store } = await create();
    await store.block(QUOTA, 30_000);
    await store.block(QUOTA, 5_000);
    const ask = async () => {
      const looked = await store.reserve({ id: '0', holdMs: 0, check: [QUOTA] });
      const { waitMs, blockedForMs } = await store.reserve({ id: '1', holdMs: 0, take: [QUOTA] });
      expect(looked).toMatchObject({ waitMs, blockedForMs });
      return [waitMs.digicert, blockedForMs];
    };
    expect(await ask()).toEqual([30_000, 30_000]);
    clock.advance(29_999);
    expect(await ask()).toEqual([1, 1]);
    clock.advance(1);
    expect(await ask()).toEqual([ROOM, 0]);
  });

  it('gives no more than there is, however many ask at once', async () => {
    const { take } = await create();
    const taken = await Promise.all(Array.from({ length: 200 }, (_, id) => take(String(id), 1)));
    expect(taken.filter((waitMs) => waitMs === 0)).toHaveLength(3);
  });

  it('takes all recipients or none, and says how long the last one is to be waited for', async () => {
    const { clock, store, mail } = await create();
    expect(await mail(['a', 'b'], 'first')).toBe(0);
    await store.commit('first', [toRecipient('a'), toRecipient('b')]);
    clock.advance(10_000);
    expect(await mail(['c'], 'second', 70_000)).toBe(0);
    await store.commit('second', [toRecipient('c', 70_000)]);
    expect(await mail(['d', 'b', 'c'], 'third', 70_000)).toBe(70_000);
    expect(await mail(['d'], 'fourth')).toBe(0);
    clock.advance(50_000);
    expect(await mail(['a', 'b'], 'fifth')).toBe(0);
  });

  it('takes a recipient once, however many ask at once', async () => {
    const { mail } = await create();
    const waits = await Promise.all(
      Array.from({ length: 200 }, (_, id) => mail(['a'], String(id))),
    );
    expect(waits.filter((waitMs) => waitMs === 0)).toHaveLength(1);
  });

  it('keeps a recipient for as long as it may still be mailed, and then for its window', async () => {
    const { clock, mail } = await create();
    await mail(['a'], 'first', 1_000);
    clock.advance(9_999);
    expect(await mail(['a'], 'second', 1_000)).toBe(1_000);
    clock.advance(1_001);
    expect(await mail(['a'], 'third', 1_000)).toBe(0);
  });

  it('releases and commits what the reservation has taken, and nothing else', async () => {
    const { clock, store, mail } = await create();
    await mail(['a', 'b'], 'first', 10_000);
    await store.release('second', [toRecipient('a', 10_000), toRecipient('b', 10_000)]);
    expect(await mail(['a'], 'third', 10_000)).toBe(10_000);
    clock.advance(5_000);
    await store.commit('first', [toRecipient('a', 10_000)]);
    await store.release('first', [toRecipient('b', 10_000)]);
    clock.advance(5_000);
    expect(await mail(['a'], 'third', 10_000)).toBe(5_000);
    expect(await mail(['b'], 'third', 10_000)).toBe(0);
  });

  it('takes recipients and quota together or not at all, and counts the caller in any case', async () => {
    const { store, take, mail } = await create();
    const [caller, recipient] = [toCaller('c', 3), toRecipient('a')];
    const reserve = async (id: string): Promise<Waits> =>
      (await store.reserve({ id, holdMs: 1_000, count: caller, take: [recipient, QUOTA] })).waitMs;

    expect(await reserve('1')).toEqual({ caller: 0, recipient: 0, digicert: 0 });
    expect(await reserve('2')).toEqual({ caller: 0, recipient: 60_000, digicert: 0 });
    // The refused one has taken nothing of the quota.
    expect([await take('3'), await take('4')]).toEqual([0, 0]);
    await store.release('1', [recipient]);
    expect(await reserve('5')).toEqual({ caller: 0, recipient: 0, digicert: 1_000 });
    expect(await mail(['a'], '6')).toBe(0);
    expect(await store.count(caller)).toEqual([3]);
    expect(await reserve('7')).toMatchObject({ caller: 60_000 });
    expect(await store.count(caller)).toEqual([3]);
  });

  it('looks at a limit without taking it', async () => {
    const { store, mail } = await create();
    const look = async () => {
      const request = {
        id: 'look',
        holdMs: 0,
        check: [toRecipient('a')],
        take: [toRecipient('b')],
      };
      return store.reserve(request);
    };
    expect((await look()).ok).toBe(true);
    expect(await mail(['a'], 'first')).toBe(0);
    expect(await look()).toMatchObject({ ok: false, waitMs: { recipient: 60_000 } });
  });
}

describe('limits in memory', () => {
  itKeepsTheContract(createInMemory);
});

describeWithRedis('limits in Redis', () => {
  itKeepsTheContract(createInRedis);

  it('are shared by every process that uses it, by its own clock', async () => {
    const { url } = await startRedis();
    const take = async () => {
      const store = new RedisStore({ url, timeoutMs: 2_000, instance: 'test' });
      stores.push(store);
      await store.connect();
      const limit = { ...QUOTA, windows: [{ limit: 1, windowMs: 60_000 }] };
      return (await store.reserve({ id: String(stores.length), holdMs: 0, take: [limit] })).ok;
    };
    expect([await take(), await take()]).toEqual([true, false]);
  });

  it('are those of one instance of DigiCert', async () => {
    const { url, take, clock } = await createInRedis();
    const now = () => clock.now();
    const other = new RedisStore({ url, timeoutMs: 2_000, instance: 'other', now });
    stores.push(other);
    await other.connect();
    for (const id of ['1', '2', '3']) {
      await take(id);
    }
    expect((await other.reserve({ id: '4', holdMs: 0, take: [QUOTA] })).ok).toBe(true);
  });

  it('know a snapshot that is restored, and count nothing twice', async () => {
    const { store, clock, take, mail } = await createInRedis();
    const local = toSubject(new MemoryStore(clock), clock);
    await take('1');
    await local.take('1');
    await local.take('2', 500);
    await local.mail(['a'], 'first');
    clock.advance(400);

    await (store as RedisStore).restore((local.store as MemoryStore).snapshot());

    expect(await take('3')).toBe(0);
    expect(await take('4')).toBe(600);
    expect(await mail(['a'], 'second')).toBe(60_000);
  });

  it('of a clock that was set back do not keep everyone waiting for as long as that', async () => {
    const { clock, take, store } = await createInRedis();
    for (const id of ['1', '2', '3']) {
      await take(id);
    }
    clock.set(-3_600_000);
    expect(await take('4')).toBe(0);
    expect(await store.count(QUOTA)).toEqual([1, 1]);
  });

  it('leave nothing behind in Redis that lasts, and keep all of it in one slot of a cluster', async () => {
    const { store, take, mail, url } = await createInRedis();
    await take('1');
    await store.commit('2', [QUOTA]);
    await store.block(QUOTA, 1_000);
    await mail(['a'], 'first', 1_000);
    const { Redis } = await import('ioredis');
    const redis = new Redis(url);
    const keys = await redis.keys('*');
    const lasting = await Promise.all(keys.map((key) => redis.pttl(key)));
    const slots = await Promise.all(
      keys.map((key) => redis.cluster('KEYSLOT', key).catch(() => -1)),
    );
    await redis.quit();
    expect(keys).toHaveLength(3);
    expect(keys.map((key) => key.slice(0, key.indexOf('}') + 1))).toEqual(
      Array(3).fill('{dv-email-gateway:1:test}'),
    );
    expect(new Set(slots).size).toBe(1);
    expect(lasting.every((ttl) => ttl > 0 && ttl <= 11_000)).toBe(true);
  });
});

it('limits in memory are not touched by a system clock that is set', async () => {
  const { clock, take, mail } = await createInMemory();
  for (const id of ['1', '2', '3']) {
    await take(id);
  }
  await mail(['a'], 'first', 1_000);
  clock.set(3_600_000);
  expect([await take('4'), await mail(['a'], 'second', 1_000)]).toEqual([1_000, 1_000]);
  clock.set(-7_200_000);
  expect([await take('4'), await mail(['a'], 'second', 1_000)]).toEqual([1_000, 1_000]);
});

it('limits in memory stay small, however many ask', async () => {
  const { store, mail } = await createInMemory();
  for (let index = 0; index < 15_000; index += 1) {
    await store.reserve({ id: 'id', holdMs: 0, count: toCaller(String(index)) });
    await mail(
      Array.from({ length: 10 }, (_, recipient) => `${index} ${recipient}`),
      'id',
    );
  }
  expect((store as MemoryStore).size).toEqual({ caller: 10_000, recipient: 100_000, digicert: 0 });
});

it('limits in memory forget no recipient: beyond what fits, others wait', async () => {
  const { clock, store, mail } = await createInMemory();
  const keys = Array.from({ length: 100_000 }, (_, index) => String(index));
  expect(await mail(keys, 'first')).toBe(0);
  await store.commit(
    'first',
    keys.map((key) => toRecipient(key)),
  );
  expect(await mail(['one more'], 'second')).toBe(1_000);
  expect(await mail(['0'], 'second')).toBe(60_000);
  clock.advance(60_000);
  expect(await mail(['one more'], 'second')).toBe(0);
});

it('recipients in memory are forgotten as others come, once they may be mailed again', async () => {
  const { clock, store, mail } = await createInMemory();
  for (let index = 0; index < 100; index += 1) {
    await mail([String(index)], 'id');
    await store.commit('id', [toRecipient(String(index))]);
    clock.advance(10_000);
  }
  expect((store as MemoryStore).size.recipient).toBeLessThanOrEqual(7);
});

it.each([
  ['callers', { count: toCaller('new') }],
  ['recipients', { take: [toRecipient('new')] }],
])(
  '%s that another store has granted are forgotten here once they have ended',
  (_name, request) => {
    const clock = new ManualClock();
    const store = new MemoryStore(clock);
    const waitMs = { caller: 0, recipient: 0, digicert: 0 };
    for (let index = 0; index < 100; index += 1) {
      const rename = (limit: Limit) => ({ ...limit, key: String(index) });
      const { count, take } = { count: undefined, take: [], ...request };
      store.record(
        { id: 'id', holdMs: 0, count: count && rename(count), take: take.map(rename) },
        { ok: true, waitMs, blockedForMs: 0 },
      );
      clock.advance(10_000);
    }
    expect(store.size.caller + store.size.recipient).toBeLessThanOrEqual(7);
  },
);

it('of recipients that another store has granted, the first go when there are too many', () => {
  const clock = new ManualClock();
  const store = new MemoryStore(clock);
  const waitMs = { caller: 0, recipient: 0, digicert: 0 };
  const record = (from: number, count: number) => {
    const take = Array.from({ length: count }, (_, index) => toRecipient(String(from + index)));
    store.record({ id: 'id', holdMs: 0, take }, { ok: true, waitMs, blockedForMs: 0 });
  };
  record(0, 60_000);
  clock.advance(1_000);
  record(60_000, 65_000);

  expect(store.size.recipient).toBe(100_000);
  const kept = new Set(store.snapshot().map(({ limit }) => limit.key));
  expect([kept.has('0'), kept.has('24999'), kept.has('25000'), kept.has('124999')]).toEqual([
    false,
    false,
    true,
    true,
  ]);
});
