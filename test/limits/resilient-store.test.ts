// Redis while it answers, this process alone with a share of every limit while it does not.
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';
import { findLast, toResendAttempt } from '../../src/limits/attempts';
import type { Limit, LimitStore } from '../../src/limits/limit-store';
import { MemoryStore } from '../../src/limits/memory-store';
import { RedisConnection } from '../../src/limits/redis-connection';
import { RedisStore } from '../../src/limits/redis-store';
import { parseRedisUrl } from '../../src/limits/redis-url';
import { ResilientStore } from '../../src/limits/resilient-store';
import { createLog } from '../../src/telemetry/log';
import { ATTEMPTS, toAttempt } from '../support/attempts';
import { createDeferred } from '../support/deferred';
import { ManualClock } from '../support/manual-clock';
import { describeWithRedis, type RedisServer, startRedis } from '../support/redis';
import { settleUntil } from '../support/settle';

const QUOTA: Limit = { kind: 'digicert', key: 'key', windows: [{ limit: 8, windowMs: 60_000 }] };

const NO_QUOTA: Limit = { kind: 'digicert', key: 'none', windows: [] };

const stores: ResilientStore[] = [];

afterEach(async () => {
  jest.restoreAllMocks();
  await Promise.all(stores.splice(0).map((store) => store.close()));
});

function createRedisStore({ url }: RedisServer, timeoutMs: number, clock: ManualClock) {
  return new RedisStore({
    target: parseRedisUrl(url),
    timeoutMs,
    instance: 'test',
    now: () => clock.now(),
    ...ATTEMPTS,
  });
}

async function startStore(redis: RedisServer, timeoutMs = 2_000) {
  const clock = new ManualClock();
  const lines: string[] = [];
  const local = new MemoryStore(clock, ATTEMPTS);
  const redisStore = createRedisStore(redis, timeoutMs, clock);
  const store = await ResilientStore.start({
    redis: redisStore,
    local,
    share: 0.5,
    clock,
    log: createLog('info', { write: (line) => void lines.push(line) }),
  });
  stores.push(store);
  const instance = randomUUID();
  let id = 0;
  /** Moves the clock on, probe by probe. */
  const probeUntil = async (isDone: () => boolean): Promise<void> => {
    while (!isDone()) {
      clock.advance(1_000);
      // The next probe is due only once this one has ended; connecting takes real time.
      do {
        await new Promise((resolve) => setTimeout(resolve, 50));
      } while (!isDone() && clock.pending === 0);
    }
  };
  return {
    clock,
    local,
    redisStore,
    store,
    /** How many of so many are taken from the quota. */
    take: async (count: number): Promise<number> => {
      let taken = 0;
      for (let index = 0; index < count; index += 1) {
        id += 1;
        const request = { id: `${instance}.${id}`, holdMs: 0, quota: QUOTA };
        taken += (await store.reserve(request)).ok ? 1 : 0;
      }
      return taken;
    },
    /** Milliseconds for which some recipients have to be waited for; 0: they are taken. */
    mail: async (recipients: readonly string[], id: string, order?: string): Promise<number> => {
      const attempt = toAttempt(recipients, order);
      const request = { id, holdMs: 10_000, attempt, quota: NO_QUOTA };
      return (await store.reserve(request)).waitMs.recipient;
    },
    get events() {
      return lines.map((line) => JSON.parse(line) as Record<string, unknown>);
    },
    probeUntil,
    /** Until Redis is used again. */
    recover: () => probeUntil(() => store.isShared),
    untilLost: () => settleUntil(() => !store.isShared),
  };
}

/** A line to Redis whose connections can be made to swallow everything; those made later work. */
async function startSilentLine(redisUrl: string) {
  const pairs: [Socket, Socket][] = [];
  const server = createServer((client) => {
    const upstream = connect(Number(new URL(redisUrl).port), '127.0.0.1');
    client.pipe(upstream).pipe(client);
    for (const socket of [client, upstream]) {
      socket.on('error', () => {});
    }
    pairs.push([client, upstream]);
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: `redis://127.0.0.1:${(server.address() as AddressInfo).port}`,
    silence: () => {
      for (const [client, upstream] of pairs) {
        client.unpipe(upstream);
        upstream.unpipe(client);
      }
    },
    close: () => {
      server.close();
      for (const socket of pairs.flat()) {
        socket.destroy();
      }
    },
  };
}

describeWithRedis('limits that outlive Redis', () => {
  it('are those of Redis while it answers', async () => {
    const redis = await startRedis();
    const [one, other] = [await startStore(redis), await startStore(redis)];
    expect([await one.take(5), await other.take(5)]).toEqual([5, 3]);
    expect(one.events).toEqual([]);
  });

  it('begin with a share where there is no Redis at the start, and say so once', async () => {
    const redis = await startRedis();
    await redis.kill();
    const alone = await startStore(redis);

    expect(await alone.take(10)).toBe(4);
    await redis.restart();
    await alone.recover();

    expect(await alone.take(10)).toBe(4);
    expect(alone.events).toMatchObject([
      { event: 'redis.unavailable', level: 50, share: 0.5 },
      { event: 'redis.recovered', level: 30, localDecisions: 10, lostForMs: expect.any(Number) },
    ]);
  });

  it('count against the share what was granted before Redis was lost', async () => {
    const redis = await startRedis();
    const alone = await startStore(redis);

    expect(await alone.take(3)).toBe(3);
    await redis.kill();
    await alone.untilLost();

    expect(await alone.take(10)).toBe(1);
  });

  it('are restored to a Redis that lost them, by all gateways, before any of them uses it', async () => {
    const redis = await startRedis();
    const [one, other] = [await startStore(redis), await startStore(redis)];
    await one.take(3);
    await other.take(2);
    await redis.kill();
    await Promise.all([one.untilLost(), other.untilLost()]);
    expect([await one.take(10), await other.take(10)]).toEqual([1, 2]);
    await redis.restart();
    await Promise.all([one.recover(), other.recover()]);

    expect([await one.take(10), await other.take(10)]).toEqual([0, 0]);
  });

  it('keep who is held, here and in a Redis that has forgotten', async () => {
    const redis = await startRedis();
    const [one, other] = [await startStore(redis), await startStore(redis)];
    expect(await one.mail(['a'], 'one')).toBe(0);
    await redis.kill();
    await Promise.all([one.untilLost(), other.untilLost()]);
    expect(await one.mail(['a'], 'again')).toBeGreaterThan(0);
    await redis.restart();
    await Promise.all([one.recover(), other.recover()]);

    expect(await other.mail(['a'], 'other')).toBeGreaterThan(0);
  });

  it('note no more recipients here than fit, and none that have ended, while Redis knows all of them', async () => {
    const redis = await startRedis();
    const { clock, local, store, mail } = await startStore(redis);
    const recipients = Array.from({ length: 49_000 }, (_, index) => String(index));
    for (let order = 0; order < 11; order += 1) {
      expect(await mail(recipients, 'first', String(order))).toBe(0);
      await store.endAttempt('first', toAttempt(recipients, String(order)), 'ACCEPTED');
      clock.advance(1);
    }
    expect(local.size.attempts).toBe(8 * 49_001);
    expect(await mail(['0'], 'second', '0')).toBe(59_989);

    clock.advance(ATTEMPTS.rememberMs);
    expect(await mail(['0'], 'second', '0')).toBe(0);

    expect(local.size.attempts).toBe(2);
  }, 30_000);

  it('grant nothing here while what was granted is restored to Redis: it would never get that', async () => {
    const redis = await startRedis();
    const [one, other] = [await startStore(redis), await startStore(redis)];
    await redis.kill();
    await Promise.all([one.untilLost(), other.untilLost()]);
    await redis.restart();
    await other.recover();
    // Restoring is slow, and in the meantime both reserve one recipient.
    const restore = one.redisStore.restore.bind(one.redisStore);
    const told = createDeferred();
    const telling = createDeferred();
    jest.spyOn(one.redisStore, 'restore').mockImplementation(async (snapshot) => {
      await restore(snapshot);
      telling.resolve();
      await told.promise;
    });
    one.clock.advance(1_000);
    await telling.promise;
    const mine = one.mail(['a'], 'one');
    const others = await other.mail(['a'], 'other');
    told.resolve();

    expect([await mine, others]).toEqual([60_000, 0]);
  });

  it('lets go in Redis of what is freed while Redis is not asked', async () => {
    const redis = await startRedis();
    const one = await startStore(redis);
    await one.mail(['a'], 'one');
    await redis.kill();
    await one.untilLost();
    await one.store.endAttempt('one', toAttempt(['a']), undefined);
    await redis.restart();
    await one.recover();

    expect(await one.mail(['a'], 'other')).toBe(0);
  });

  it('keep what became of attempts while Redis was lost, also long after their cool-down', async () => {
    const redis = await startRedis();
    const [one, other] = [await startStore(redis), await startStore(redis)];
    const lastOf = async (store: LimitStore) => {
      const { attempts, nowMs } = await store.attemptsOf('order');
      const last = findLast(attempts);
      return last && [last.id, toResendAttempt(last, nowMs).outcome];
    };
    await one.mail(['a'], 'before');
    await one.store.endAttempt('before', toAttempt(['a']), 'ACCEPTED');
    await redis.kill();
    await Promise.all([one.untilLost(), other.untilLost()]);
    one.clock.advance(61_000);
    expect(await one.mail(['a'], 'meanwhile')).toBe(0);
    await one.store.endAttempt('meanwhile', toAttempt(['a']), 'UNKNOWN');
    expect([await lastOf(one.store), await lastOf(other.store)]).toEqual([
      ['meanwhile', 'UNKNOWN'],
      undefined,
    ]);
    one.clock.advance(120_000);
    other.clock.advance(181_000);
    await redis.restart();
    await Promise.all([one.recover(), other.recover()]);

    expect(await lastOf(other.store)).toEqual(['meanwhile', 'UNKNOWN']);
  });

  it('keep an outcome that was written just before Redis was found lost', async () => {
    const redis = await startRedis();
    const line = await startSilentLine(redis.url);
    const one = await startStore({ ...redis, url: line.url }, 100);
    await one.mail(['a'], 'one');

    line.silence();
    const ended = one.store.endAttempt('one', toAttempt(['a']), 'ACCEPTED');
    one.clock.advance(100);
    await ended;
    one.clock.advance(61_000);
    await one.recover();

    expect((await one.store.attemptsOf('order')).attempts).toMatchObject([
      { id: 'one', outcome: 'ACCEPTED' },
    ]);
    line.close();
  });

  it('restore very many attempts of one order', async () => {
    const redis = await startRedis();
    const one = await startStore(redis);
    const attempts = Array.from({ length: 700 }, (_, index) => {
      const known = { id: String(index), atMs: 0, outcome: 'ACCEPTED' as const };
      return { order: 'order', attempt: { ...toAttempt([String(index)]), ...known }, inMs: 0 };
    });

    await one.redisStore.restore({ limits: [], attempts });

    expect((await one.redisStore.attemptsOf('order')).attempts).toHaveLength(700);
  });

  it('stay alone with a Redis that answers and takes nothing, and say so once', async () => {
    const redis = await startRedis(['--maxmemory', '1', '--maxmemory-policy', 'noeviction']);
    const one = await startStore(redis);

    expect(await one.mail(['a'], 'first')).toBe(0);
    for (let look = 0; look < 5; look += 1) {
      one.clock.advance(1_000);
      await new Promise((resolve) => setTimeout(resolve, 20));
    }

    expect(one.store.isShared).toBe(false);
    expect(one.events.map(({ event }) => event)).toEqual(['redis.unavailable']);
  });

  it('tell why Redis is not used when that changes, and once a minute', async () => {
    const redis = await startRedis(['--maxmemory', '1']);
    const one = await startStore(redis);
    const look = async (byMs: number) => {
      one.clock.advance(byMs);
      while (one.clock.pending === 0) {
        await new Promise((resolve) => setTimeout(resolve, 10));
      }
    };
    const states = () => one.events.map(({ event, state }) => [event, state]);
    const FULL = ['redis.unavailable', 'full'];

    for (let seconds = 10; seconds < 60; seconds += 10) {
      await look(10_000);
    }
    expect(states()).toEqual([FULL]);
    await look(10_000);
    expect(states()).toEqual([FULL, FULL]);
    await redis.call('CONFIG', 'SET', 'min-replicas-to-write', '1', 'maxmemory', '0');
    await look(1_000);
    await look(1_000);
    expect(states()).toEqual([FULL, FULL, ['redis.unavailable', 'failing']]);
    await redis.call('CONFIG', 'SET', 'maxmemory', '1');
    await look(1_000);
    await redis.call('CONFIG', 'SET', 'min-replicas-to-write', '0', 'maxmemory', '0');
    await one.recover();

    expect(states().slice(3)).toEqual([['redis.recovered', undefined]]);
    expect(one.store.counted).toEqual({ limits: 'redis', redis: 'ok' });
  });

  it('are restored to another node that has the keys now, without being counted here alone', async () => {
    let move = () => {};
    jest.spyOn(RedisConnection.prototype, 'onMoved').mockImplementation((callback) => {
      move = callback;
    });
    const redis = await startRedis();
    const one = await startStore(redis);
    await one.mail(['a'], 'first');
    const restored = jest.spyOn(one.redisStore, 'restore');

    await redis.call('FLUSHALL');
    move();
    await restored.mock.results[0]?.value;

    expect(await one.mail(['a'], 'second')).toBeGreaterThan(0);
    expect(one.events).toEqual([]);
  });

  it('start alone where the password is wrong, and show none', async () => {
    const redis = await startRedis(['--requirepass', 'the-right-password']);
    const one = await startStore({ ...redis, url: redis.url.replace('//', '//:hunter2@') });

    expect(await one.take(10)).toBe(4);

    expect(one.events.map(({ event }) => event)).toEqual(['redis.unavailable']);
    expect(JSON.stringify(one.events)).not.toContain('hunter2');
  });

  it('stay blocked for all after a 429, though Redis forgets it', async () => {
    const redis = await startRedis();
    const [one, other] = [await startStore(redis), await startStore(redis)];
    await one.store.block(QUOTA, 600_000);
    expect(await other.take(1)).toBe(0);
    await redis.kill();
    await Promise.all([one.untilLost(), other.untilLost()]);
    expect([await one.take(1), await other.take(1)]).toEqual([0, 0]);
    await redis.restart();
    await Promise.all([one.recover(), other.recover()]);

    expect([await one.take(1), await other.take(1)]).toEqual([0, 0]);
  });

  it('start alone before a Redis that takes connections and says nothing', async () => {
    const redis = await startRedis();
    redis.pause();
    const alone = await startStore(redis, 100);
    expect(alone.store.isShared).toBe(false);
    expect(await alone.take(10)).toBe(4);

    redis.resume();
    await alone.recover();
    expect(alone.store.isShared).toBe(true);
  });

  it('find Redis again behind a connection that has died without a word', async () => {
    const redis = await startRedis();
    const line = await startSilentLine(redis.url);
    const one = await startStore({ ...redis, url: line.url }, 100);
    expect(await one.take(1)).toBe(1);

    line.silence();
    expect(await one.take(1)).toBe(1);
    expect(one.store.isShared).toBe(false);
    await one.recover();

    expect(await one.take(10)).toBe(6);
    line.close();
  });

  it('hold no recipient in a Redis that reserved too late, where the share refused', async () => {
    const redis = await startRedis();
    const [one, other] = [await startStore(redis, 100), await startStore(redis)];
    expect(await one.take(4)).toBe(4);
    redis.pause();
    const refused = await one.store.reserve({
      id: 'late',
      holdMs: 10_000,
      attempt: toAttempt(['a']),
      quota: QUOTA,
    });
    redis.resume();

    expect(refused).toMatchObject({ ok: false, waitMs: { recipient: 0 } });
    expect(await other.mail(['a'], 'other')).toBe(0);
  });

  it('let no caller wait for a slow restore, which then does not count', async () => {
    const redis = await startRedis();
    const one = await startStore(redis, 100);
    await redis.kill();
    await one.untilLost();
    await redis.restart();
    const restored = createDeferred();
    const restore = one.redisStore.restore.bind(one.redisStore);
    const spy = jest
      .spyOn(one.redisStore, 'restore')
      .mockImplementationOnce(() => restored.promise)
      .mockImplementation(restore);
    await one.probeUntil(() => spy.mock.calls.length === 1);

    expect(await one.mail(['a'], 'while it is slow')).toBe(0);
    restored.resolve();
    await one.recover();

    expect(spy).toHaveBeenCalledTimes(3);
    expect(await one.mail(['a'], 'again')).toBeGreaterThan(0);
  });

  it('are restored from the start to a Redis that was lost again', async () => {
    const redis = await startRedis();
    const one = await startStore(redis);
    const restore = jest.spyOn(one.redisStore, 'restore');
    await redis.kill();
    await one.untilLost();
    await redis.restart();
    await one.probeUntil(() => restore.mock.calls.length === 1);
    const lost = createDeferred();
    one.redisStore.connection.onLost(lost.resolve);
    await redis.kill();
    await lost.promise;
    await redis.restart();
    // Connected before the next probe is due: none of them fails.
    while (!(await one.redisStore.count(QUOTA).catch(() => undefined))) {
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
    await one.recover();

    expect(restore).toHaveBeenCalledTimes(3);
    // Why is known only once it has tried to connect again.
    expect(new Set(one.events.slice(0, -1).map(({ state }) => state))).toEqual(
      new Set(['unreachable']),
    );
    expect(one.events.at(-1)).toMatchObject({ event: 'redis.recovered' });
  });

  it('closes with nothing left to do, Redis or no Redis', async () => {
    const redis = await startRedis();
    const one = await startStore(redis);
    await redis.kill();
    await one.untilLost();
    await one.store.close();
    expect(one.clock.pending).toBe(0);
    expect(await one.take(1)).toBe(1);
  });
});
