// The window in which a lost Redis comes back: gateways that were alone get calls whose recipients overlap.
import { setTimeout as sleep } from 'node:timers/promises';
import type { ResendDvEmailsInput } from '../../src/client/operations';
import { RedisConnection } from '../../src/limits/redis-connection';
import { RedisStore } from '../../src/limits/redis-store';
import { describeWithRedis } from '../support/redis';
import type { TestApp } from '../support/test-app';
import { startTwoGateways } from '../support/two-gateways';

/** Long, as each look at Redis moves the clock by a second. */
const COOLDOWN = { RESEND_COOLDOWN_SECONDS: '600' };

afterEach(() => jest.restoreAllMocks());

/** Looks of a gateway at Redis that have ended: it was not there, or what was granted has been restored to it. */
function watchLooks() {
  const ended = { lost: 0, restored: 0 };
  const { check } = RedisConnection.prototype;
  jest.spyOn(RedisConnection.prototype, 'check').mockImplementation(function (
    this: RedisConnection,
  ) {
    return check.call(this).catch((error: unknown) => {
      ended.lost += 1;
      throw error;
    });
  });
  const { restore } = RedisStore.prototype;
  jest.spyOn(RedisStore.prototype, 'restore').mockImplementation(async function (
    this: RedisStore,
    snapshot,
  ) {
    await restore.call(this, snapshot);
    ended.restored += 1;
  });
  /** Lets a gateway look until it has restored Redis again. Connecting takes real time. */
  return async ({ clock }: TestApp) => {
    const before = ended.restored;
    while (ended.restored === before) {
      const { lost } = ended;
      clock.advance(1_000);
      while (ended.restored === before && ended.lost === lost) {
        await sleep(5);
      }
      await sleep(20);
    }
  };
}

/** `Success`, or whose limit refused. */
async function resend(app: TestApp, ...domainApprovalEmails: readonly object[]): Promise<string> {
  const input: ResendDvEmailsInput = { domainApprovalEmails: [...domainApprovalEmails] };
  const member = (await app.resend('1001', input)).data?.resendDvEmails;
  return member?.__typename === 'ResendDvEmailsRateLimitedError'
    ? member.scope
    : String(member?.__typename.replace('ResendDvEmails', ''));
}

const isRecovered = ({ log }: TestApp) => log.some(({ event }) => event === 'redis.recovered');

const countAudited = (...apps: readonly TestApp[]) => {
  const outcomes = apps
    .flatMap(({ log }) => log)
    .filter(({ event }) => event === 'resend.completed')
    .map(({ outcome }) => outcome);
  return {
    accepted: outcomes.filter((outcome) => outcome === 'accepted').length,
    limited: outcomes.filter((outcome) => outcome === 'rate-limited').length,
    all: outcomes.length,
  };
};

describeWithRedis('recipients that overlap, while Redis comes back', () => {
  it('are mailed once by two gateways, at every step of it, with one audit event for each call', async () => {
    const { simulator, redis, one, other } = await startTwoGateways(COOLDOWN);
    const look = watchLooks();
    const lost = Promise.all([one, other].map((app) => app.logged('redis.unavailable')));
    await redis.kill();
    await lost;
    expect(await resend(one, { domain: '*.example.com' })).toBe('Success');
    await redis.restart();

    /** Calls of both for what was mailed while Redis was lost, and at the same time for what neither has mailed. */
    const told: Record<string, unknown> = {};
    const askBoth = async (step: string) => {
      const domain = `${step}.example.net`;
      const mailed = await Promise.all([
        resend(one, { domain: 'example.com', email: 'admin@example.com' }),
        resend(other, { domain: 'example.com', email: 'admin@example.com' }),
        resend(other, { email: 'webmaster@example.com' }),
        resend(other),
      ]);
      const fresh = await Promise.all([
        resend(one, { domain }),
        resend(other, { domain: `*.${domain}`, email: 'admin@example.net' }),
      ]);
      told[step] = { mailed, fresh: fresh.sort() };
    };
    await look(one);
    await look(other);
    expect([one, other].map(isRecovered)).toEqual([false, false]);
    await askBoth('restored');
    await look(one);
    expect([one, other].map(isRecovered)).toEqual([true, false]);
    await askBoth('one-recovered');
    await look(other);
    expect([one, other].map(isRecovered)).toEqual([true, true]);
    await askBoth('recovered');

    const once = {
      mailed: ['COOLDOWN', 'COOLDOWN', 'COOLDOWN', 'COOLDOWN'],
      fresh: ['COOLDOWN', 'Success'],
    };
    expect(told).toEqual({ restored: once, 'one-recovered': once, recovered: once });
    expect(simulator.outbox).toHaveLength(4);
    expect(countAudited(one, other)).toEqual({ accepted: 4, limited: 15, all: 19 });
  }, 30_000);
});
