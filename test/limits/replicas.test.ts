// Three gateways, one Redis, and what is asked of both.
import { setTimeout as sleep } from 'node:timers/promises';
import { describeWithRedis, startRedis } from '../support/redis';
import { countNames, startReplicas } from '../support/replicas';

const toOrders = (count: number) =>
  Array.from({ length: count }, (_, index) => String(2_000_000 + index));

describeWithRedis('three gateways with one Redis', () => {
  it('send one round of emails for an order that is requested a thousand times at once', async () => {
    const redis = await startRedis();
    const { simulator, resend } = await startReplicas(3, {
      redisUrl: redis.url,
      environment: { RESEND_COOLDOWN_SECONDS: '60' },
    });

    const names = await Promise.all(Array.from({ length: 1_000 }, () => resend('1001')));

    expect(countNames(names)).toEqual({ Success: 1, RateLimitedError: 999 });
    expect(simulator.outbox).toHaveLength(1);
  }, 60_000);

  it('lose no call when Redis dies in mid-load, exceed no limit, and use it again within 5 s', async () => {
    const windowMs = 60_000;
    const limit = 300;
    const redis = await startRedis();
    const { simulator, resend, logged } = await startReplicas(3, {
      redisUrl: redis.url,
      environment: {
        DIGICERT_QUOTA: `${limit}/60s`,
        DIGICERT_QUOTA_WAIT_MS: '0',
        REDIS_FALLBACK_PERCENT: '33',
      },
    });
    const names: string[] = [];
    let loading = true;
    const load = Array.from({ length: 10 }, async () => {
      while (loading) {
        names.push(await resend('1001'));
        await sleep(20);
      }
    });
    const countEvents = (event: string) => logged().split(event).length - 1;
    const until = async (condition: () => boolean) => {
      while (!condition()) {
        await sleep(10);
      }
    };

    await until(() => names.length >= 60);
    await redis.kill();
    await until(() => countEvents('redis.unavailable') === 3);
    const namesWhenLost = names.length;
    await until(() => names.length >= namesWhenLost + 60);
    await redis.restart();
    const restartedAt = performance.now();
    await until(() => countEvents('redis.recovered') === 3);
    const recoveredAfterMs = performance.now() - restartedAt;
    // All gateways may use what is left, and no more.
    await until(() => names.slice(-100).every((name) => name === 'RateLimitedError'));
    loading = false;
    await Promise.all(load);

    process.stdout.write(
      `Redis lost under load: ${names.length} calls, ${simulator.outbox.length} of ${limit} sent, recovered after ${Math.round(recoveredAfterMs)} ms\n`,
    );
    const { Success: sent, RateLimitedError: limited } = countNames(names);
    expect((sent ?? 0) + (limited ?? 0)).toBe(names.length);
    expect(simulator.outbox).toHaveLength(sent ?? 0);
    // All of it happens within one window: each of three may use a third alone, so nothing is exceeded.
    expect(performance.now() - restartedAt).toBeLessThan(windowMs / 2);
    expect(sent).toBeGreaterThan(limit * 0.9);
    expect(sent).toBeLessThanOrEqual(limit);
    expect(recoveredAfterMs).toBeLessThan(5_000);
  }, 120_000);

  it('go on while Redis is there and does not answer', async () => {
    const orders = toOrders(30);
    const redis = await startRedis();
    const { resend, logged } = await startReplicas(3, {
      redisUrl: redis.url,
      orders,
      environment: { RESEND_COOLDOWN_SECONDS: '60', REDIS_TIMEOUT_MS: '100' },
    });

    redis.pause();
    const names = await Promise.all(orders.map((order) => resend(order)));
    // Each gateway knows by itself what it has sent.
    const again = await Promise.all(
      Array.from({ length: 3 * orders.length }, (_, index) =>
        resend(orders[index % orders.length] ?? ''),
      ),
    );
    redis.resume();

    expect(countNames(names)).toEqual({ Success: 30 });
    expect(countNames(again).RateLimitedError).toBeGreaterThanOrEqual(30);
    expect(logged().split('redis.unavailable').length - 1).toBe(3);
  }, 60_000);
});
