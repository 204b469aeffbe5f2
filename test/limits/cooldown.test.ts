// A recipient mailed a moment ago is not mailed again; one that was not mailed after all is free at once.
import type { ResendDvEmailsInput } from '../../src/client/operations';
import { accept, hang, json, resetBeforeBody } from '../../src/simulator/responders';
import { describeRequest, startTestApp, type TestApp } from '../support/test-app';

const ADMIN = { domain: 'example.com', email: 'admin@example.com' };
const WEBMASTER = { domain: 'example.com', email: 'webmaster@example.com' };

const toInput = (...domainApprovalEmails: readonly object[]): ResendDvEmailsInput => ({
  domainApprovalEmails: [...domainApprovalEmails],
});

const startWithCooldown = (overrides: Parameters<typeof startTestApp>[0] = {}) =>
  startTestApp({
    ...overrides,
    environment: { RESEND_COOLDOWN_SECONDS: '60', ...overrides.environment },
  });

/** The member's name without our prefix, with the scope and the seconds of a limit. */
async function resend(app: TestApp, orderId: string, input?: ResendDvEmailsInput): Promise<string> {
  const member = (await app.resend(orderId, input)).data?.resendDvEmails;
  const name = member?.__typename.replace('ResendDvEmails', '') ?? '';
  return member?.__typename === 'ResendDvEmailsRateLimitedError'
    ? `${name} ${member.scope} ${member.retryAfterSeconds}`
    : name;
}

describe('the cool-down', () => {
  it('refuses a second resend, with the seconds left', async () => {
    const app = await startWithCooldown();

    await app.resend('1001', toInput(ADMIN));
    app.clock.advance(12_345);
    const response = await app.resend('1001', toInput(ADMIN));

    expect(response).toEqual({
      data: {
        resendDvEmails: {
          __typename: 'ResendDvEmailsRateLimitedError',
          message:
            'DigiCert has accepted a request for these emails, or for some of them. Look for them first, spam folder included. Try again in 48 s; this time nothing was sent.',
          retryable: true,
          correlationId: 'test-request',
          scope: 'COOLDOWN',
          retryAfterSeconds: 48,
          lastResend: {
            attemptedAt: '2026-01-02T03:04:05.000Z',
            outcome: 'ACCEPTED',
            emailsMayHaveBeenSent: true,
            domains: ['example.com'],
            correlationId: 'test-request',
          },
        },
      },
    });
    expect(app.takeUpstreamRequests().map(describeRequest)).toEqual(['PUT 1001']);
  });

  it('ends after its time, counted from the response', async () => {
    const app = await startWithCooldown();

    const told = [await resend(app, '1001')];
    app.clock.advance(59_999);
    told.push(await resend(app, '1001'));
    app.clock.advance(1);
    told.push(await resend(app, '1001'));

    expect(told).toEqual(['Success', 'RateLimitedError COOLDOWN 1', 'Success']);
    expect(app.takeUpstreamRequests()).toHaveLength(2);
  });

  it.each<
    [string, string, ResendDvEmailsInput | undefined, string, ResendDvEmailsInput | undefined]
  >([
    [
      'another language',
      '1001',
      { ...toInput(ADMIN), locale: 'en' },
      '1001',
      { ...toInput(ADMIN), locale: 'de' },
    ],
    [
      'another spelling',
      '1001',
      toInput(ADMIN),
      '1001',
      toInput({ domain: 'EXAMPLE.com', email: 'Admin@Example.COM' }),
    ],
    [
      'another width and folding',
      '1001',
      toInput({ domain: 'example.com', email: 'strasse@example.com' }),
      '1001',
      toInput({ domain: 'example.com', email: 'ＳＴＲＡße@example.com' }),
    ],
    [
      'an email domain',
      '1001',
      toInput(ADMIN),
      '1001',
      toInput({ ...ADMIN, emailDomain: 'example.com' }),
    ],
    [
      'another order of the entries',
      '1001',
      toInput(ADMIN, WEBMASTER),
      '1001',
      toInput(WEBMASTER, ADMIN),
    ],
    ['one of two recipients', '1001', toInput(ADMIN, WEBMASTER), '1001', toInput(WEBMASTER)],
    ['one more recipient', '1001', toInput(ADMIN), '1001', toInput(ADMIN, WEBMASTER)],
    [
      'the wildcard',
      '1001',
      toInput(ADMIN),
      '1001',
      toInput({ ...ADMIN, domain: '*.example.com' }),
    ],
    ['the recipients that DigiCert chooses', '1001', toInput(ADMIN), '1001', undefined],
    ['those that DigiCert chose', '1001', undefined, '1001', toInput(ADMIN)],
    ['the domain alone', '1001', toInput(ADMIN), '1001', toInput({ domain: '*.example.com' })],
    [
      'a domain that was named alone',
      '1001',
      toInput({ domain: 'example.com' }),
      '1001',
      toInput(ADMIN),
    ],
    ['the address alone', '1001', toInput(ADMIN), '1001', toInput({ email: 'ADMIN@example.com' })],
    [
      'an address that was named alone',
      '1001',
      toInput({ email: 'admin@example.com' }),
      '1001',
      toInput({ domain: 'example.org', email: 'admin@example.com' }),
    ],
    ['another spelling of the order id', '1001', toInput(ADMIN), '01001', toInput(ADMIN)],
    ['an empty list', '1001', undefined, '1001', toInput()],
    ['nothing but a language', '1001', undefined, '1001', { locale: 'en' }],
  ])('sees the same emails behind %s', async (_name, first, firstInput, second, secondInput) => {
    const app = await startWithCooldown();

    expect(await resend(app, first, firstInput)).toBe('Success');
    expect(await resend(app, second, secondInput)).toBe('RateLimitedError COOLDOWN 60');

    expect(app.takeUpstreamRequests()).toHaveLength(1);
  });

  it.each<[string, ResendDvEmailsInput | undefined, string]>([
    ['another recipient', toInput(WEBMASTER), '1001'],
    [
      'another domain of the same recipient',
      toInput({ ...ADMIN, domain: 'www.example.com' }),
      '1001',
    ],
    ['the domain alone of another domain', toInput({ domain: 'example.org' }), '1001'],
    ['another address alone', toInput({ email: 'webmaster@example.com' }), '1001'],
    ['another order', toInput(ADMIN), '2001'],
  ])('lets emails through to %s', async (_name, input, orderId) => {
    const app = await startWithCooldown({
      orders: { '2001': { summary: 'another order', resend: accept } },
    });

    expect(await resend(app, '1001', toInput(ADMIN))).toBe('Success');
    expect(await resend(app, orderId, input)).toBe('Success');

    expect(app.takeUpstreamRequests()).toHaveLength(2);
  });

  it('lets one of many at once through', async () => {
    const app = await startWithCooldown();

    const told = await Promise.all(Array.from({ length: 50 }, () => resend(app, '1001')));

    expect(told.filter((name) => name === 'Success')).toHaveLength(1);
    expect(told.filter((name) => name === 'RateLimitedError COOLDOWN 60')).toHaveLength(49);
    expect(app.outbox).toHaveLength(1);
    app.takeUpstreamRequests();
  });

  it.each(['1002', '1302', '1400', '1401', '1403', '1404', '1405', '1429', '1500', '1503', '1602'])(
    'is over at once after order %s if nothing was sent, and only then',
    async (orderId) => {
      const app = await startWithCooldown();

      const { data } = await app.resend(orderId);
      const member = data?.resendDvEmails;
      const mayBeSent =
        member?.__typename === 'ResendDvEmailsUpstreamError' && member.emailsMayHaveBeenSent;
      // After a 429 no call is made for a while.
      app.clock.advance(5_000);
      const again = await resend(app, orderId);

      expect(again.startsWith('RateLimitedError COOLDOWN 55')).toBe(mayBeSent);
      app.takeUpstreamRequests();
    },
  );

  it('is over at once when the request never left', async () => {
    const app = await startWithCooldown({ baseUrl: 'http://127.0.0.1:9/services/v2' });

    expect([await resend(app, '1001'), await resend(app, '1001')]).toEqual([
      'UpstreamError',
      'UpstreamError',
    ]);
  });

  it('stays while a resend is in flight, however short it is', async () => {
    const app = await startWithCooldown({
      environment: { RESEND_COOLDOWN_SECONDS: '1' },
      orders: { '2001': { summary: 'hangs', resend: hang } },
    });

    const first = resend(app, '2001');
    await app.nextUpstreamRequest();
    app.clock.advance(9_999);
    expect(await resend(app, '2001')).toBe('RateLimitedError COOLDOWN 1');
    app.clock.advance(1);
    expect(await first).toBe('UpstreamError');
    app.clock.advance(999);
    expect(await resend(app, '2001')).toBe('RateLimitedError COOLDOWN 1');

    expect(app.takeUpstreamRequests()).toHaveLength(1);
  });

  it('does not hold what fails the local check', async () => {
    const app = await startWithCooldown();

    expect(await resend(app, '1001', toInput(ADMIN, { domain: 'no domain' }))).toBe(
      'InvalidInputError',
    );
    expect(await resend(app, '1001', toInput(ADMIN))).toBe('Success');

    expect(app.takeUpstreamRequests()).toHaveLength(1);
  });

  it('covers the aliases of one mutation', async () => {
    const app = await startWithCooldown();

    const response = await app.post({
      query: `mutation {
        a: resendDvEmails(orderId: "1001") { __typename }
        b: resendDvEmails(orderId: "1001") { __typename }
      }`,
    });

    expect(await response.json()).toEqual({
      data: {
        a: { __typename: 'ResendDvEmailsSuccess' },
        b: { __typename: 'ResendDvEmailsRateLimitedError' },
      },
    });
    expect(app.takeUpstreamRequests()).toHaveLength(1);
  });

  it('can be switched off', async () => {
    const app = await startWithCooldown({ environment: { RESEND_COOLDOWN_SECONDS: '0' } });

    expect([await resend(app, '1001'), await resend(app, '1001')]).toEqual(['Success', 'Success']);

    expect(app.takeUpstreamRequests()).toHaveLength(2);
  });

  it('is over before a refusal is explained', async () => {
    const app = await startWithCooldown({
      orders: {
        '2001': {
          summary: 'refused, and its info hangs',
          resend: json(400, { errors: [{ code: 'a|b' }] }),
          info: hang,
        },
        '2002': { summary: 'reset', resend: resetBeforeBody },
      },
    });

    const first = resend(app, '2001');
    await app.nextUpstreamRequest();
    await app.nextUpstreamRequest();
    const second = resend(app, '2001');
    await app.nextUpstreamRequest();
    await app.nextUpstreamRequest();
    app.clock.advance(10_000);

    expect(await Promise.all([first, second])).toEqual(['InvalidInputError', 'InvalidInputError']);
    app.takeUpstreamRequests();
  });
});
