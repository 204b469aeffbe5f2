// The contract of a limit store, kept by both: in this process, and in Redis.

import type { AttemptOutcome } from '../../src/domain/resend-attempt';
import { type AttemptSettings, findLast, toResendAttempt } from '../../src/limits/attempts';
import type { Limit, LimitStore, Waits } from '../../src/limits/limit-store';
import { MemoryStore } from '../../src/limits/memory-store';
import { RedisStore } from '../../src/limits/redis-store';
import { parseRedisUrl } from '../../src/limits/redis-url';
import { ATTEMPTS, toAttempt } from '../support/attempts';
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

/** Without windows: what is taken with an attempt where nothing limits that. */
const NO_QUOTA: Limit = { kind: 'digicert', key: 'none', windows: [] };

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
  /** Reserves an attempt to mail some recipients. Milliseconds to wait where one of them is on cool-down. */
  mail(recipients: readonly string[], id: string, order?: string): Promise<number>;
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
      const { ok, waitMs } = await store.reserve({ id, holdMs, quota: limit });
      expect(ok).toBe(waitMs[limit.kind] === 0);
      return waitMs[limit.kind];
    },
    mail: async (recipients, id, order) => {
      const attempt = toAttempt(recipients, order);
      const request = { id, holdMs: 10_000, attempt, quota: NO_QUOTA };
      return (await store.reserve(request)).waitMs.recipient;
    },
  };
}

async function createInMemory(settings = ATTEMPTS): Promise<Subject> {
  const clock = new ManualClock();
  return toSubject(new MemoryStore(clock, settings), clock);
}

async function createInRedis(settings = ATTEMPTS): Promise<Subject & { url: string }> {
  const clock = new ManualClock();
  const { url } = await startRedis();
  const now = () => clock.now();
  const store = new RedisStore({
    target: parseRedisUrl(url),
    timeoutMs: 2_000,
    instance: 'test',
    now,
    ...settings,
  });
  await store.connection.connect();
  return { ...toSubject(store, clock), url };
}

function itKeepsTheContract(create: (settings?: AttemptSettings) => Promise<Subject>): void {
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
    await store.release('2', QUOTA);
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
    await store.commit('1', QUOTA);
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
    await store.release('2', QUOTA);
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
      const { waitMs, blockedForMs } = await store.reserve({ id: '1', holdMs: 0, quota: QUOTA });
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
    await store.endAttempt('first', toAttempt(['a', 'b']), 'ACCEPTED');
    clock.advance(10_000);
    expect(await mail(['c'], 'second')).toBe(0);
    await store.endAttempt('second', toAttempt(['c']), 'UNKNOWN');
    expect(await mail(['d', 'b', 'c'], 'third')).toBe(60_000);
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

  it('keeps a recipient for as long as it may still be mailed, and then for the cool-down', async () => {
    const { clock, mail } = await create({ cooldownMs: 1_000, rememberMs: 1_000 });
    await mail(['a'], 'first');
    clock.advance(9_999);
    expect(await mail(['a'], 'second')).toBe(1_000);
    clock.advance(1_001);
    expect(await mail(['a'], 'third')).toBe(0);
  });

  it('ends the attempt that was reserved, and no other', async () => {
    const { clock, store, mail } = await create({ cooldownMs: 10_000, rememberMs: 10_000 });
    await mail(['a'], 'first');
    await mail(['b'], 'second');
    await store.endAttempt('third', toAttempt(['a']), undefined);
    expect(await mail(['a'], 'fourth')).toBe(10_000);
    clock.advance(5_000);
    await store.endAttempt('first', toAttempt(['a']), 'ACCEPTED');
    await store.endAttempt('second', toAttempt(['b']), undefined);
    clock.advance(5_000);
    expect(await mail(['a'], 'fifth')).toBe(5_000);
    expect(await mail(['b'], 'sixth')).toBe(0);
  });

  it('takes an attempt and the quota together or not at all, and counts the caller in any case', async () => {
    const { store, take, mail } = await create();
    const [caller, attempt] = [toCaller('c', 3), toAttempt(['a'])];
    const reserve = async (id: string): Promise<Waits> =>
      (await store.reserve({ id, holdMs: 1_000, count: caller, attempt, quota: QUOTA })).waitMs;

    expect(await reserve('1')).toEqual({ caller: 0, recipient: 0, digicert: 0 });
    expect(await reserve('2')).toEqual({ caller: 0, recipient: 60_000, digicert: 0 });
    // The refused one has taken nothing of the quota.
    expect([await take('3'), await take('4')]).toEqual([0, 0]);
    await store.endAttempt('1', attempt, undefined);
    expect(await reserve('5')).toEqual({ caller: 0, recipient: 0, digicert: 1_000 });
    expect(await mail(['a'], '6')).toBe(0);
    expect(await store.count(caller)).toEqual([3]);
    expect(await reserve('7')).toMatchObject({ caller: 60_000 });
    expect(await store.count(caller)).toEqual([3]);
  });

  it('looks at recipients without taking them where no quota is taken', async () => {
    const { store, mail } = await create();
    const look = () => store.reserve({ id: 'look', holdMs: 0, attempt: toAttempt(['a', 'b']) });
    expect((await look()).ok).toBe(true);
    expect(await mail(['a'], 'first')).toBe(0);
    expect(await look()).toMatchObject({ ok: false, waitMs: { recipient: 60_000 } });
    expect(await mail(['b'], 'second')).toBe(0);
  });

  it('gives back all that was reserved', async () => {
    const { store, take, mail } = await create();
    const request = { id: '1', holdMs: 1_000, attempt: toAttempt(['a']), quota: QUOTA };
    await take('2');
    await take('3');
    expect((await store.reserve(request)).ok).toBe(true);

    await store.cancel(request);

    expect([await mail(['a'], '4'), await take('5')]).toEqual([0, 0]);
  });

  it('knows the attempt behind a wait: of those that conflict, the last that may have sent emails', async () => {
    const { clock, store, mail } = await create();
    const causeOf = async (recipients: readonly string[]) => {
      const request = { id: 'look', holdMs: 0, attempt: toAttempt(recipients) };
      const { cause } = await store.reserve(request);
      return cause && toResendAttempt(cause.attempt, cause.nowMs).outcome;
    };
    for (const [recipient, outcome] of [
      ['a', 'ACCEPTED'],
      ['b', 'UNKNOWN'],
      ['c', 'NOT_SENT'],
    ] as const) {
      await mail([recipient], recipient);
      clock.advance(1_000);
      await store.endAttempt(recipient, toAttempt([recipient]), outcome);
    }
    await mail(['d'], 'd');

    expect(await causeOf(['a'])).toBe('ACCEPTED');
    expect(await causeOf(['a', 'b'])).toBe('UNKNOWN');
    expect(await causeOf(['c'])).toBeUndefined();
    expect(await causeOf(['d', 'a'])).toBe('IN_PROGRESS');
    clock.advance(10_000);
    expect(await causeOf(['d', 'a'])).toBe('UNKNOWN');
  });

  it('keeps the attempts of orders apart', async () => {
    const { mail } = await create();
    expect(await mail(['a'], 'first', 'one')).toBe(0);
    expect(await mail(['a'], 'second', 'another')).toBe(0);
    expect(await mail(['a'], 'third', 'another')).toBe(60_000);
  });

  describe('the last attempt', () => {
    const settings = { cooldownMs: 10_000, rememberMs: 100_000 };

    async function createWithAttempts() {
      const { clock, store } = await create(settings);
      let id = 0;
      /** One of another recipient each time, `undefined`: its process dies. */
      const attempt = async (outcome: AttemptOutcome | undefined): Promise<void> => {
        id += 1;
        const made = {
          ...toAttempt([String(id)]),
          domains: ['example.com', 'example.org'],
          attemptedAtMs: id,
          correlationId: String(id),
        };
        const request = { id: String(id), holdMs: 1_000, attempt: made, quota: NO_QUOTA };
        expect((await store.reserve(request)).ok).toBe(true);
        clock.advance(500);
        if (outcome) {
          await store.endAttempt(String(id), made, outcome);
        }
      };
      const last = async () => {
        const { attempts, nowMs } = await store.attemptsOf('order');
        const found = findLast(attempts);
        return found && toResendAttempt(found, nowMs);
      };
      return { clock, store, attempt, last };
    }

    it('is remembered with its outcome, for the time that is set', async () => {
      const { clock, attempt, last } = await createWithAttempts();
      expect(await last()).toBeUndefined();

      await attempt('ACCEPTED');

      expect(await last()).toEqual({
        attemptedAt: new Date(1),
        outcome: 'ACCEPTED',
        domains: ['example.com', 'example.org'],
        correlationId: '1',
      });
      clock.advance(99_999);
      expect(await last()).toMatchObject({ correlationId: '1' });
      clock.advance(1);
      expect(await last()).toBeUndefined();
    });

    it('is in progress until its time is over, and not known from then on', async () => {
      const { clock, attempt, last } = await createWithAttempts();
      await attempt(undefined);
      expect(await last()).toMatchObject({ outcome: 'IN_PROGRESS' });
      clock.advance(499);
      expect(await last()).toMatchObject({ outcome: 'IN_PROGRESS' });
      clock.advance(1);
      expect(await last()).toMatchObject({ outcome: 'UNKNOWN' });
      clock.advance(99_000);
      expect(await last()).toMatchObject({ outcome: 'UNKNOWN' });
    });

    it('that sent nothing takes the place of none that may have sent, and is kept for the cool-down', async () => {
      const { clock, attempt, last } = await createWithAttempts();
      await attempt('NOT_SENT');
      expect(await last()).toMatchObject({ outcome: 'NOT_SENT', correlationId: '1' });
      await attempt('UNKNOWN');
      await attempt('NOT_SENT');
      expect(await last()).toMatchObject({ outcome: 'UNKNOWN', correlationId: '2' });
      await attempt('ACCEPTED');
      expect(await last()).toMatchObject({ outcome: 'ACCEPTED', correlationId: '4' });

      clock.advance(200_000);
      await attempt('NOT_SENT');
      clock.advance(9_999);
      expect(await last()).toMatchObject({ outcome: 'NOT_SENT', correlationId: '5' });
      clock.advance(1);
      expect(await last()).toBeUndefined();
    });

    it('is kept once where many sent nothing, without their recipients', async () => {
      const { store, attempt } = await createWithAttempts();
      for (let count = 0; count < 5; count += 1) {
        await attempt('NOT_SENT');
      }

      expect((await store.attemptsOf('order')).attempts).toEqual([
        expect.objectContaining({ id: '5', outcome: 'NOT_SENT', marks: [] }),
      ]);
    });

    it('that was not made is forgotten', async () => {
      const { store, attempt, last } = await createWithAttempts();
      await attempt('ACCEPTED');
      await attempt(undefined);
      expect(await last()).toMatchObject({ correlationId: '2' });
      await store.endAttempt('2', toAttempt(['2']), undefined);
      expect(await last()).toMatchObject({ correlationId: '1' });
    });
  });

  it('remembers the last attempt where there is no cool-down, and lets the next one through', async () => {
    const { store, mail } = await create({ cooldownMs: 0, rememberMs: 1_000 });
    expect([await mail(['a'], '1'), await mail(['a'], '2')]).toEqual([0, 0]);
    await store.endAttempt('2', toAttempt(['a']), 'ACCEPTED');
    await store.endAttempt('1', toAttempt(['a']), 'NOT_SENT');

    const { attempts } = await store.attemptsOf('order');

    expect(attempts.map(({ id, outcome }) => [id, outcome])).toEqual([['2', 'ACCEPTED']]);
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
      const store = new RedisStore({
        target: parseRedisUrl(url),
        timeoutMs: 2_000,
        instance: 'test',
        ...ATTEMPTS,
      });
      stores.push(store);
      await store.connection.connect();
      const limit = { ...QUOTA, windows: [{ limit: 1, windowMs: 60_000 }] };
      return (await store.reserve({ id: String(stores.length), holdMs: 0, quota: limit })).ok;
    };
    expect([await take(), await take()]).toEqual([true, false]);
  });

  it('are those of one instance of DigiCert', async () => {
    const { url, take, clock } = await createInRedis();
    const now = () => clock.now();
    const other = new RedisStore({
      target: parseRedisUrl(url),
      timeoutMs: 2_000,
      instance: 'other',
      now,
      ...ATTEMPTS,
    });
    stores.push(other);
    await other.connection.connect();
    for (const id of ['1', '2', '3']) {
      await take(id);
    }
    expect((await other.reserve({ id: '4', holdMs: 0, quota: QUOTA })).ok).toBe(true);
  });

  it('know a snapshot that is restored, and count nothing twice', async () => {
    const { store, clock, take, mail } = await createInRedis();
    const local = toSubject(new MemoryStore(clock, ATTEMPTS), clock);
    await take('1');
    await local.take('1');
    await local.take('2', 500);
    await local.mail(['a'], 'first');
    clock.advance(400);

    await (store as RedisStore).restore((local.store as MemoryStore).snapshot(0));

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
    await store.commit('2', QUOTA);
    await store.block(QUOTA, 1_000);
    await mail(['a'], 'first');
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
      Array(3).fill('{dv-email-gateway:2:test}'),
    );
    expect(new Set(slots).size).toBe(1);
    expect(lasting.every((ttl) => ttl > 0 && ttl <= 7_810_000)).toBe(true);
  });
});

it('limits in memory are not touched by a system clock that is set', async () => {
  const { clock, take, mail } = await createInMemory();
  for (const id of ['1', '2', '3']) {
    await take(id);
  }
  await mail(['a'], 'first');
  clock.set(3_600_000);
  expect([await take('4'), await mail(['a'], 'second')]).toEqual([1_000, 60_000]);
  clock.set(-7_200_000);
  expect([await take('4'), await mail(['a'], 'second')]).toEqual([1_000, 60_000]);
});

it('limits in memory stay small, however many ask', async () => {
  const { store, mail } = await createInMemory();
  for (let index = 0; index < 15_000; index += 1) {
    await store.reserve({ id: 'id', holdMs: 0, count: toCaller(String(index)) });
    const recipients = Array.from({ length: 100 }, (_, recipient) => String(recipient));
    await mail(recipients, 'id', String(index));
  }
  const { caller, attempts } = (store as MemoryStore).size;
  expect(caller).toBe(10_000);
  expect(attempts).toBeGreaterThan(399_000);
  expect(attempts).toBeLessThanOrEqual(400_000);
});

it('limits in memory keep nothing of a quota without windows', async () => {
  const { store, take } = await createInMemory();
  expect(await take('1', 10_000, NO_QUOTA)).toBe(0);
  expect((store as MemoryStore).size.digicert).toBe(0);
  await store.block(NO_QUOTA, 1_000);
  expect(await take('2', 10_000, NO_QUOTA)).toBe(1_000);
});

it('attempts in memory forget no recipient on cool-down: beyond what fits, others wait', async () => {
  const { clock, store, mail } = await createInMemory();
  const recipients = Array.from({ length: 399_999 }, (_, index) => String(index));
  expect(await mail(recipients, 'first', 'one')).toBe(0);
  await store.endAttempt('first', toAttempt(recipients, 'one'), 'ACCEPTED');
  expect(await mail(['one more'], 'second', 'another')).toBe(1_000);
  expect(await mail(['0'], 'second', 'one')).toBe(60_000);
  clock.advance(60_000);
  expect(await mail(['one more'], 'second', 'another')).toBe(0);
});

it('attempts in memory are forgotten as others come, the oldest first, once they only are remembered', async () => {
  const { clock, store, mail } = await createInMemory();
  for (let index = 0; index < 100; index += 1) {
    await mail(['a'], 'id', String(index));
    await store.endAttempt('id', toAttempt(['a'], String(index)), 'ACCEPTED');
    clock.advance(10_000);
  }
  // Those of ten minutes, each with its mark.
  expect((store as MemoryStore).size.attempts).toBe(2 * 60);
});

it('callers that another store has granted are forgotten here once they have ended', () => {
  const clock = new ManualClock();
  const store = new MemoryStore(clock, ATTEMPTS);
  const waitMs = { caller: 0, recipient: 0, digicert: 0 };
  for (let index = 0; index < 100; index += 1) {
    store.record(
      { id: 'id', holdMs: 0, count: toCaller(String(index)) },
      { ok: true, waitMs, blockedForMs: 0 },
    );
    clock.advance(10_000);
  }
  expect(store.size.caller).toBeLessThanOrEqual(7);
});

it('of attempts that another store has granted, the first go when there are too many', () => {
  const clock = new ManualClock();
  const store = new MemoryStore(clock, ATTEMPTS);
  const waitMs = { caller: 0, recipient: 0, digicert: 0 };
  const record = (order: string, count: number) => {
    const attempt = toAttempt(
      Array.from({ length: count }, (_, index) => String(index)),
      order,
    );
    store.record(
      { id: 'id', holdMs: 0, attempt, quota: NO_QUOTA },
      { ok: true, waitMs, blockedForMs: 0 },
    );
  };
  for (const order of ['1', '2', '3', '4', '5', '6']) {
    record(order, 99_000);
    clock.advance(1_000);
  }

  expect(store.size.attempts).toBe(4 * 99_001);
  expect(store.snapshot(0).attempts.map(({ order }) => order)).toEqual(['3', '4', '5', '6']);
});
