// Three gateways and their Redis, one of whose system clocks is set back and forth by an hour: no caller is locked out, and no mailbox mailed twice.
import { setTimeout as sleep } from 'node:timers/promises';
import { createSystemClock, describeWithFaketime } from '../support/faketime';
import { startRedis } from '../support/redis';
import { type Replicas, startReplicas } from '../support/replicas';
import { ORDERS } from './load';

const COOLDOWN_SECONDS = 6;

const ENVIRONMENT = {
  DIGICERT_QUOTA: '100/5s,1000/180s',
  CALLER_QUOTA: '60/5s',
  RESEND_COOLDOWN_SECONDS: String(COOLDOWN_SECONDS),
  LAST_RESEND_DAYS: '0',
  REDIS_TIMEOUT_MS: '1000',
};

/** Seconds from the right time, one after the other. */
const SETTINGS = [3_600, 0, -3_600, 0];

const GATEWAYS = [0, 1, 2];

/** Asks all gateways, one after the other. */
async function resendOfAll({ resend }: Replicas, order: string): Promise<readonly string[]> {
  const names: string[] = [];
  for (const gateway of GATEWAYS) {
    names.push(await resend(order, gateway));
  }
  return names;
}

const toOrder = (index: number) => ORDERS[index] ?? '';

/** What three gateways answer about orders old and new, whenever a clock was set. */
async function tellOf(replicas: Replicas, set: (bySeconds: number) => void) {
  const told: unknown[] = [];
  for (const [index, bySeconds] of SETTINGS.entries()) {
    const [mailed, fresh] = [toOrder(2 * index), toOrder(2 * index + 1)];
    const first = await replicas.resend(mailed, index % GATEWAYS.length);
    set(bySeconds);
    const again = await resendOfAll(replicas, mailed);
    const others = await resendOfAll(replicas, fresh);
    await sleep(COOLDOWN_SECONDS * 1_000);
    const later = await resendOfAll(replicas, mailed);
    told.push([first, again, others, later]);
  }
  return told;
}

const ONCE = ['Success', 'RateLimitedError', 'RateLimitedError'];

const EXPECTED = SETTINGS.map(() => ['Success', Array(3).fill('RateLimitedError'), ONCE, ONCE]);

describeWithFaketime('a system clock that is set back and forth by an hour', () => {
  it('of one gateway, locks no one out and mails no one twice', async () => {
    const clock = createSystemClock();
    const redis = await startRedis();
    const replicas = await startReplicas(3, {
      redisUrl: redis.url,
      orders: ORDERS,
      environment: ENVIRONMENT,
      environmentOf: (gateway) => (gateway === 0 ? clock.environment : {}),
    });

    expect(await tellOf(replicas, clock.set)).toEqual(EXPECTED);
    expect(replicas.logged()).not.toContain('redis.');
  }, 60_000);

  it('of Redis, locks no one out and mails no one twice, nor does a gateway that starts after that', async () => {
    const clock = createSystemClock();
    const redis = await startRedis([], clock.environment);
    const replicas = await startReplicas(3, {
      redisUrl: redis.url,
      orders: ORDERS,
      environment: ENVIRONMENT,
    });

    expect(await tellOf(replicas, clock.set)).toEqual(EXPECTED);
    expect(await replicas.resend(toOrder(100), 0)).toBe('Success');
    clock.set(3_600);
    expect(await replicas.resend(toOrder(101), 0)).toBe('Success');
    const [seconds] = (await redis.call('TIME')) as [string];
    expect(Number(seconds) - Date.now() / 1_000).toBeGreaterThan(3_500);
    const late = await replicas.start();
    const names = [
      await replicas.resend(toOrder(100), late),
      await replicas.resend(toOrder(101), late),
    ];
    expect(names).toEqual(['RateLimitedError', 'RateLimitedError']);
    expect(await replicas.resend(toOrder(102), late)).toBe('Success');
    expect(await replicas.resend(toOrder(102), 1)).toBe('RateLimitedError');
    expect(replicas.logged()).not.toContain('redis.');
  }, 60_000);
});
