// What a call asks of Redis: one command before its PUT and two after it, in one slot of a cluster.

import { connect } from 'node:net';
import { createInterface } from 'node:readline';
import { Redis } from 'ioredis';
import { closeLater } from '../support/close-later';
import { createDeferred } from '../support/deferred';
import { describeWithRedis, startRedis } from '../support/redis';
import { startTestApp } from '../support/test-app';

const LIMITS = {
  DIGICERT_QUOTA: '100/5s,1000/180s',
  RESEND_COOLDOWN_SECONDS: '60',
  CALLER_QUOTA: '60/60s',
};

const INPUT = {
  domainApprovalEmails: ['admin', 'webmaster', 'postmaster'].map((mailbox) => ({
    domain: 'example.com',
    email: `${mailbox}@example.com`,
  })),
};

/** The commands that Redis is sent, as it reports them itself. */
async function monitor(url: string) {
  const socket = connect(Number(new URL(url).port), '127.0.0.1');
  closeLater(async () => void socket.destroy());
  const commands: string[] = [];
  const watching = createDeferred();
  createInterface({ input: socket }).on('line', (line) => {
    const [, client, command] = /^\+[\d.]+ \[\d+ ([^\]]+)\] "(\w+)"/.exec(line) ?? [];
    if (line === '+OK') {
      watching.resolve();
      // What a script does is reported too, as a client's named lua.
    } else if (command && client !== 'lua') {
      commands.push(command);
    }
  });
  socket.write('MONITOR\r\n');
  await watching.promise;
  return commands;
}

describeWithRedis('a resend', () => {
  it('sends Redis one command before its PUT, and two after that', async () => {
    const redis = await startRedis();
    const app = await startTestApp({ environment: { ...LIMITS, REDIS_URL: redis.url } });
    // So that Redis knows the scripts.
    await app.resend('1006');
    const commands = await monitor(redis.url);
    const sent = app.nextUpstreamRequest().then(() => [...commands]);

    await app.resend('1001', INPUT);

    expect(await sent).toEqual(['evalsha']);
    const client = new Redis(redis.url);
    await client.ping();
    await client.quit();
    const ours = commands.filter((command) => command.startsWith('eval'));
    expect(ours).toEqual(['evalsha', 'evalsha', 'evalsha']);
    app.takeUpstreamRequests();
  });

  it('of several recipients is counted in a Redis that is in cluster mode', async () => {
    const redis = await startRedis(['--cluster-enabled', 'yes']);
    const admin = new Redis(redis.url);
    await admin.call('CLUSTER', 'ADDSLOTSRANGE', '0', '16383');
    while (!String(await admin.call('CLUSTER', 'INFO')).includes('cluster_state:ok')) {
      await new Promise(setImmediate);
    }
    await admin.quit();
    const start = () => startTestApp({ environment: { ...LIMITS, REDIS_URL: redis.url } });
    const [one, other] = [await start(), await start()];

    const first = await one.resend('1001', INPUT);
    const second = await other.resend('1001', {
      domainApprovalEmails: INPUT.domainApprovalEmails.slice(1),
    });

    expect(first.data?.resendDvEmails).toMatchObject({ __typename: 'ResendDvEmailsSuccess' });
    // They have DigiCerts of their own, and so other cool-downs.
    expect(second.data?.resendDvEmails).toMatchObject({ __typename: 'ResendDvEmailsSuccess' });
    expect([...one.log, ...other.log].map(({ event }) => event)).not.toContain('redis.unavailable');
    const again = await one.resend('1001', INPUT);
    expect(again.data?.resendDvEmails).toMatchObject({ scope: 'COOLDOWN' });
    one.takeUpstreamRequests();
    other.takeUpstreamRequests();
  });
});

describe('a system clock that is set', () => {
  it.each([-3_600_000, 3_600_000])('by %d ms changes no limit and no deadline', async (byMs) => {
    const app = await startTestApp({
      environment: { ...LIMITS, DIGICERT_QUOTA: '2/5s', DIGICERT_QUOTA_WAIT_MS: '0' },
    });
    const ask = async (orderId: string) => {
      const member = (await app.resend(orderId)).data?.resendDvEmails;
      return member?.__typename === 'ResendDvEmailsRateLimitedError'
        ? `${member.scope} ${member.retryAfterSeconds}`
        : member?.__typename;
    };

    expect(await ask('1001')).toBe('ResendDvEmailsSuccess');
    app.clock.set(byMs);
    expect(await ask('1001')).toBe('COOLDOWN 60');
    expect(await ask('1404')).toBe('ResendDvEmailsOrderNotFoundError');
    expect(await ask('1405')).toBe('DIGICERT 6');
    app.clock.advance(60_000);
    expect(await ask('1001')).toBe('ResendDvEmailsSuccess');

    app.takeUpstreamRequests();
  });
});

describe('what refuses a call', () => {
  it('is reported in the order caller, cool-down, DigiCert, also while the quota is full', async () => {
    const app = await startTestApp({
      environment: {
        DIGICERT_QUOTA: '1/1h',
        DIGICERT_QUOTA_WAIT_MS: '0',
        RESEND_COOLDOWN_SECONDS: '60',
        CALLER_QUOTA: '3/60s',
      },
    });
    const ask = async (orderId: string) => {
      const member = (await app.resend(orderId)).data?.resendDvEmails;
      return member && 'scope' in member ? member.scope : member?.__typename;
    };

    expect(await ask('1001')).toBe('ResendDvEmailsSuccess');
    expect(await ask('1001')).toBe('COOLDOWN');
    expect(await ask('1404')).toBe('DIGICERT');
    expect(await ask('1001')).toBe('CALLER');

    app.takeUpstreamRequests();
  });
});
