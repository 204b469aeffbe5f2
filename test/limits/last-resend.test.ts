// What became of the last attempt: told on the order, and to the one who is on cool-down because of it.
import type { ResendDvEmailsInput } from '../../src/client/operations';
import { hang, json } from '../../src/simulator/responders';
import { startSimulator } from '../../src/simulator/simulator';
import { closeLater } from '../support/close-later';
import { ALL, createKey, sign, startProvider, startWithTokens } from '../support/identity';
import { startGateway } from '../support/program';
import { describeWithRedis, startRedis } from '../support/redis';
import { settleUntil } from '../support/settle';
import { describeRequest, startTestApp, type TestApp } from '../support/test-app';
import { startTwoGateways } from '../support/two-gateways';

const ADMIN: ResendDvEmailsInput = {
  domainApprovalEmails: [
    { domain: 'example.com', email: 'admin@example.com' },
    { domain: '*.example.org', email: 'admin@example.org' },
    { domain: 'example.com', email: 'webmaster@example.com' },
  ],
};

const FIELDS = 'attemptedAt outcome emailsMayHaveBeenSent domains correlationId';

const COOLDOWN = { RESEND_COOLDOWN_SECONDS: '60' };

interface LastResend {
  readonly outcome: string;
  readonly correlationId: string | null;
}

/** By a reference, which reads nothing of the order. */
async function readLastResend(
  { post }: Pick<TestApp, 'post'>,
  id: string,
  headers: Record<string, string> = {},
): Promise<LastResend | null> {
  const response = await post(
    {
      query: `query ($references: [_Any!]!) {
        _entities(representations: $references) { ... on CertificateOrder { lastResend { ${FIELDS} } } }
      }`,
      variables: { references: [{ __typename: 'CertificateOrder', id }] },
    },
    headers,
  );
  const { data, errors } = (await response.json()) as {
    data: { _entities: { lastResend: LastResend | null }[] };
    errors?: unknown;
  };
  expect(errors).toBeUndefined();
  return data._entities[0]?.lastResend ?? null;
}

const resendBy = (app: Pick<TestApp, 'post'>, id: string, requestId: string, input = ADMIN) =>
  app.post(
    {
      query: `mutation ($id: ID!, $input: ResendDvEmailsInput) {
        resendDvEmails(orderId: $id, input: $input) {
          __typename
          ... on ResendDvEmailsRateLimitedError { scope message lastResend { ${FIELDS} } }
        }
      }`,
      variables: { id, input },
    },
    { 'x-request-id': requestId },
  );

describe('the last resend of an order', () => {
  it('has when it was made, what became of it, for which domains and for which request', async () => {
    const app = await startTestApp({ environment: COOLDOWN });
    expect(await readLastResend(app, '1001')).toBeNull();

    await resendBy(app, '1001', 'mine');
    app.clock.advance(3_600_000);

    expect(await readLastResend(app, '01001')).toEqual({
      attemptedAt: '2026-01-02T03:04:05.000Z',
      outcome: 'ACCEPTED',
      emailsMayHaveBeenSent: true,
      domains: ['example.com', '*.example.org'],
      correlationId: 'mine',
    });
    expect(app.takeUpstreamRequests().map(describeRequest)).toEqual(['PUT 1001']);
  });

  it.each([
    ['1001', 'ACCEPTED', true],
    ['1500', 'UNKNOWN', true],
    ['1602', 'UNKNOWN', true],
    ['1200', 'UNKNOWN', true],
    ['1400', 'NOT_SENT', false],
    ['1404', 'NOT_SENT', false],
    ['1401', 'NOT_SENT', false],
  ])('of order %s is %s', async (id, outcome, emailsMayHaveBeenSent) => {
    const app = await startTestApp({ environment: COOLDOWN });

    await app.resend(id);

    expect(await readLastResend(app, id)).toMatchObject({
      outcome,
      emailsMayHaveBeenSent,
      domains: [],
    });
    app.takeUpstreamRequests();
  });

  it('is not there for what a limit, the local check or the breaker refused', async () => {
    const app = await startTestApp({
      environment: { ...COOLDOWN, CALLER_QUOTA: '3/60s', DIGICERT_QUOTA: '1/60s' },
    });
    await app.resend('1404');

    await app.resend('1001', { locale: '!' });
    await app.resend('1001');

    app.clock.advance(60_000);
    expect(await readLastResend(app, '1001')).toBeNull();
    app.takeUpstreamRequests();
  });

  it('is in progress, and not known once the deadline has passed', async () => {
    const app = await startTestApp({ environment: COOLDOWN });
    const first = resendBy(app, '1504', 'first');
    await app.nextUpstreamRequest();

    const second = await (await resendBy(app, '1504', 'second')).json();
    const meanwhile = await readLastResend(app, '1504');
    app.clock.advance(10_000);
    await first;
    const third = await (await resendBy(app, '1504', 'third')).json();

    const lastResend = {
      attemptedAt: '2026-01-02T03:04:05.000Z',
      emailsMayHaveBeenSent: true,
      domains: ['example.com', '*.example.org'],
      correlationId: 'first',
    };
    const refused = (outcome: string, message: string) => ({
      data: {
        resendDvEmails: {
          __typename: 'ResendDvEmailsRateLimitedError',
          scope: 'COOLDOWN',
          message: expect.stringContaining(message),
          lastResend: { ...lastResend, outcome },
        },
      },
    });
    expect(second).toEqual(refused('IN_PROGRESS', 'is in progress'));
    expect(meanwhile).toEqual({ ...lastResend, outcome: 'IN_PROGRESS' });
    expect(third).toEqual(refused('UNKNOWN', 'not known whether they were sent'));
    app.takeUpstreamRequests();
  });

  it.each(['1500', '1602', '1200'])('of order %s is never said to be "just resent"', async (id) => {
    const app = await startTestApp({ environment: COOLDOWN });
    await app.resend(id);

    const { data } = await app.resend(id);

    expect(data?.resendDvEmails).toMatchObject({
      scope: 'COOLDOWN',
      message: expect.stringContaining('it is not known whether they were sent'),
      lastResend: { outcome: 'UNKNOWN' },
    });
    app.takeUpstreamRequests();
  });

  it('that sent nothing does not take the place of one that may have sent emails', async () => {
    const outcomes = [json(204, ''), json(400, {})];
    const app = await startTestApp({
      environment: COOLDOWN,
      orders: {
        '5555': {
          summary: 'accepts once',
          resend: (incoming) => (outcomes.shift() ?? hang)(incoming),
        },
      },
    });
    await resendBy(app, '5555', 'accepted');
    app.clock.advance(60_000);
    await resendBy(app, '5555', 'refused');

    expect(await readLastResend(app, '5555')).toMatchObject({ correlationId: 'accepted' });
    app.takeUpstreamRequests();
  });

  it.each([
    ['7', 7 * 24 * 3_600],
    ['0', 60],
  ])('is remembered for LAST_RESEND_DAYS=%s', async (days, seconds) => {
    const app = await startTestApp({ environment: { ...COOLDOWN, LAST_RESEND_DAYS: days } });
    await app.resend('1001');

    app.clock.advance(seconds * 1_000 - 1);
    expect(await readLastResend(app, '1001')).toMatchObject({ outcome: 'ACCEPTED' });
    app.clock.advance(1);
    expect(await readLastResend(app, '1001')).toBeNull();
    app.takeUpstreamRequests();
  });

  it('is remembered where there is no cool-down', async () => {
    const app = await startTestApp({ environment: { RESEND_COOLDOWN_SECONDS: '0' } });

    await resendBy(app, '1001', 'first');
    await resendBy(app, '1001', 'second');

    expect(await readLastResend(app, '1001')).toMatchObject({ correlationId: 'second' });
    app.takeUpstreamRequests();
  });

  it('can be selected behind the result of the mutation, and is that attempt then', async () => {
    const app = await startTestApp({ environment: COOLDOWN });

    const response = await app.post({
      query: `mutation {
        resendDvEmails(orderId: "1500") {
          ... on ResendDvEmailsUpstreamError { order { lastResend { outcome correlationId } } }
        }
      }`,
    });

    expect(await response.json()).toEqual({
      data: {
        resendDvEmails: {
          order: { lastResend: { outcome: 'UNKNOWN', correlationId: 'test-request' } },
        },
      },
    });
    app.takeUpstreamRequests();
  });

  it('counts as a read of the caller, unless the order is read too', async () => {
    const app = await startTestApp({ environment: { CALLER_QUOTA: '2/60s' } });
    const query = '{ certificateOrder(id: "1001") { status lastResend { outcome } } }';

    expect(await (await app.post({ query })).json()).not.toHaveProperty('errors');
    await readLastResend(app, '1001');

    expect(await (await app.post({ query })).json()).toMatchObject({
      errors: [{ extensions: { code: 'CALLER_RATE_LIMITED' } }],
    });
    app.takeUpstreamRequests();
  });

  it('names the request to those alone who may read orders', async () => {
    const key = await createKey();
    const app = await startWithTokens(await startProvider(key), { environment: COOLDOWN });
    const authorize = async (scope: string) => ({
      authorization: `Bearer ${await sign(key, { scope })}`,
    });
    const query = `mutation {
      a: resendDvEmails(orderId: "1001") { __typename }
      b: resendDvEmails(orderId: "1001") {
        ... on ResendDvEmailsRateLimitedError { lastResend { outcome correlationId } }
      }
    }`;

    const mailer = await app.post({ query }, await authorize('dv-emails:resend'));
    app.clock.advance(60_000);
    const reader = await app.post({ query }, await authorize(ALL));

    const told = (correlationId: string | null) => ({
      data: {
        a: { __typename: 'ResendDvEmailsSuccess' },
        b: { lastResend: { outcome: 'ACCEPTED', correlationId } },
      },
    });
    expect([await mailer.json(), await reader.json()]).toEqual([told(null), told('test-request')]);
    app.takeUpstreamRequests();
  });
});

describeWithRedis('the last resend, with several gateways', () => {
  it('is known to all of them, also while it is in progress', async () => {
    const { simulator, one, other } = await startTwoGateways(COOLDOWN);

    await resendBy(one, '1001', 'mine');
    const hanging = resendBy(one, '1504', 'hanging');
    await settleUntil(() => simulator.requests.some(({ path }) => path.includes('1504')));

    expect(await readLastResend(other, '1001')).toMatchObject({
      outcome: 'ACCEPTED',
      correlationId: 'mine',
      domains: ['example.com', '*.example.org'],
    });
    expect(await (await resendBy(other, '1504', 'another')).json()).toMatchObject({
      data: {
        resendDvEmails: {
          scope: 'COOLDOWN',
          lastResend: { outcome: 'IN_PROGRESS', correlationId: 'hanging' },
        },
      },
    });
    one.clock.advance(10_000);
    await hanging;
    expect(await readLastResend(other, '1504')).toMatchObject({ outcome: 'UNKNOWN' });
    expect(simulator.requests.filter(({ method }) => method === 'PUT')).toHaveLength(2);
  });

  it('keeps recipients that overlap from a second mail by another gateway, with one audit event for each call', async () => {
    const { simulator, one, other } = await startTwoGateways(COOLDOWN);
    const toInput = (...domainApprovalEmails: readonly object[]): ResendDvEmailsInput => ({
      domainApprovalEmails: [...domainApprovalEmails],
    });
    const scopeOf = async (app: TestApp, input: ResendDvEmailsInput) => {
      const response = await resendBy(app, '1001', 'x', input);
      const { data } = (await response.json()) as {
        data: { resendDvEmails: { __typename: string; scope?: string } };
      };
      return data.resendDvEmails.scope ?? data.resendDvEmails.__typename;
    };

    const told = [
      await scopeOf(one, toInput({ domain: '*.example.com' })),
      await scopeOf(other, toInput({ domain: 'example.com', email: 'admin@example.com' })),
      await scopeOf(other, toInput({ email: 'admin@example.com' })),
      await scopeOf(other, {}),
      await scopeOf(other, toInput({ domain: 'example.org', email: 'admin@example.com' })),
      await scopeOf(one, toInput({ email: 'ADMIN@example.com' })),
    ];

    const accepted = 'ResendDvEmailsSuccess';
    expect(told).toEqual([accepted, 'COOLDOWN', 'COOLDOWN', 'COOLDOWN', accepted, 'COOLDOWN']);
    expect(simulator.outbox).toHaveLength(2);
    const audited = [...one.log, ...other.log].filter(({ event }) => event === 'resend.completed');
    expect(audited.map(({ outcome }) => outcome).sort()).toEqual([
      ...['accepted', 'accepted'],
      ...['rate-limited', 'rate-limited', 'rate-limited', 'rate-limited'],
    ]);
  });

  it('is not known after a process that died in mid-call, and its recipients stay on cool-down', async () => {
    const simulator = await startSimulator();
    closeLater(() => simulator.close());
    const redis = await startRedis();
    const environment = { ...COOLDOWN, REDIS_URL: redis.url, DIGICERT_TIMEOUT_MS: '1000' };
    const { program, url } = await startGateway({
      ...environment,
      DIGICERT_API_KEY: 'key',
      DIGICERT_BASE_URL: simulator.baseUrl,
    });
    const other = await startTestApp({ baseUrl: simulator.baseUrl, environment });
    const lost = resendBy(
      {
        post: (body, headers = {}) =>
          fetch(url, {
            method: 'POST',
            headers: { 'content-type': 'application/json', ...headers },
            body: JSON.stringify(body),
          }),
      },
      '1504',
      'lost',
    );
    lost.catch(() => {});
    await settleUntil(() => simulator.outbox.length > 0);

    program.kill('SIGKILL');
    await program.closed;
    let last = await readLastResend(other, '1504');
    while (last?.outcome === 'IN_PROGRESS') {
      last = await readLastResend(other, '1504');
    }

    await expect(lost).rejects.toThrow();
    expect(last).toMatchObject({ outcome: 'UNKNOWN', correlationId: 'lost' });
    expect(await (await resendBy(other, '1504', 'again')).json()).toMatchObject({
      data: { resendDvEmails: { scope: 'COOLDOWN', lastResend: { correlationId: 'lost' } } },
    });
    expect(simulator.outbox).toHaveLength(1);
  });
});
