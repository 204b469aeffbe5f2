// What DigiCert allows the key, and what a caller may ask for.
import { CertificateOrderDocument } from '../../src/client/operations';
import { hang } from '../../src/simulator/responders';
import { settleUntil } from '../support/settle';
import { describeRequest, startTestApp, type TestApp } from '../support/test-app';

const read = (app: TestApp, id = '1001') => app.execute(CertificateOrderDocument, { id });

async function resend(app: TestApp, orderId = '1001'): Promise<string> {
  const member = (await app.resend(orderId)).data?.resendDvEmails;
  return member?.__typename === 'ResendDvEmailsRateLimitedError'
    ? `${member.scope} ${member.retryAfterSeconds}`
    : (member?.__typename.replace('ResendDvEmails', '') ?? '');
}

async function repeat<Result>(
  times: number,
  run: () => Promise<Result>,
): Promise<readonly Result[]> {
  const results: Result[] = [];
  for (let time = 0; time < times; time += 1) {
    results.push(await run());
  }
  return results;
}

describe("DigiCert's quota", () => {
  const NO_WAIT = { DIGICERT_QUOTA_WAIT_MS: '0' };

  it('is not exceeded: calls beyond it are refused, with the time until there is room', async () => {
    const app = await startTestApp({
      environment: { ...NO_WAIT, DIGICERT_QUOTA: '3/5s' },
      quota: [{ limit: 3, windowMs: 5_000 }],
    });

    expect(await repeat(4, () => resend(app))).toEqual([
      'Success',
      'Success',
      'Success',
      'DIGICERT 6',
    ]);
    app.clock.advance(5_001);
    expect(await resend(app)).toBe('Success');

    expect(app.takeUpstreamRequests()).toHaveLength(4);
  });

  it('counts reads, and the GET that explains a refusal', async () => {
    const app = await startTestApp({
      environment: { ...NO_WAIT, DIGICERT_QUOTA: '3/5s' },
      quota: [{ limit: 3, windowMs: 5_000 }],
    });

    expect(await resend(app, '1002')).toBe('OrderNotEligibleError');
    await read(app);
    expect(await resend(app)).toBe('DIGICERT 6');
    expect(await read(app)).toMatchObject({
      errors: [{ extensions: { code: 'DIGICERT_RATE_LIMITED', retryAfterSeconds: 6 } }],
    });

    expect(app.takeUpstreamRequests().map(describeRequest)).toEqual([
      'PUT 1002',
      'GET 1002',
      'GET 1001/validation',
    ]);
  });

  it('leaves a refusal unexplained when there is no room for the GET', async () => {
    const app = await startTestApp({ environment: { ...NO_WAIT, DIGICERT_QUOTA: '1/5s' } });

    expect(await resend(app, '1002')).toBe('InvalidInputError');

    expect(app.takeUpstreamRequests().map(describeRequest)).toEqual(['PUT 1002']);
  });

  it('is not used by a request that never left', async () => {
    const app = await startTestApp({
      environment: { ...NO_WAIT, DIGICERT_QUOTA: '1/5s' },
      baseUrl: 'http://127.0.0.1:9/services/v2',
    });

    expect(await repeat(3, () => resend(app))).toEqual(Array(3).fill('UpstreamError'));
  });

  it('is used by a request that was never answered', async () => {
    const app = await startTestApp({
      environment: { ...NO_WAIT, DIGICERT_QUOTA: '1/5s', DIGICERT_TIMEOUT_MS: '1000' },
      orders: { '2001': { summary: 'hangs', resend: hang } },
    });

    const first = resend(app, '2001');
    await app.nextUpstreamRequest();
    app.clock.advance(1_000);
    expect(await first).toBe('UpstreamError');
    expect(await resend(app)).toBe('DIGICERT 6');

    app.takeUpstreamRequests();
  });

  it('is blocked for all callers after a 429 that came anyway, resends and reads, until it is over', async () => {
    const app = await startTestApp({
      environment: NO_WAIT,
      quota: [{ limit: 1, windowMs: 4_000 }],
    });

    expect(await repeat(3, () => resend(app))).toEqual(['Success', 'DIGICERT 5', 'DIGICERT 5']);
    expect(await read(app)).toMatchObject({
      errors: [{ extensions: { code: 'DIGICERT_RATE_LIMITED' } }],
    });
    app.clock.advance(5_000);
    expect(await resend(app)).toBe('Success');

    // The second was the 429; those after it were not even tried.
    expect(app.takeUpstreamRequests()).toHaveLength(3);
  });

  it('is waited for, for as long as is allowed', async () => {
    const app = await startTestApp({
      environment: { DIGICERT_QUOTA: '1/1s', DIGICERT_QUOTA_WAIT_MS: '1500' },
    });
    await resend(app);

    const second = resend(app);
    // The mutation's deadline, its own patience, and the moment the gate is asked again.
    await settleUntil(() => app.clock.pending === 3);
    app.clock.advance(1_000);
    await settleUntil(() => app.clock.pending === 3);
    app.clock.advance(1);

    expect(await second).toBe('Success');
    expect(app.takeUpstreamRequests()).toHaveLength(2);
  });
});

describe('the quota of a caller', () => {
  const ONE = { CALLER_QUOTA: '2/60s' };

  it('refuses what goes beyond, before anything upstream', async () => {
    const app = await startTestApp({ environment: ONE });

    expect(await repeat(3, () => resend(app))).toEqual(['Success', 'Success', 'CALLER 60']);
    app.clock.advance(60_000);
    expect(await resend(app)).toBe('Success');

    expect(app.takeUpstreamRequests()).toHaveLength(3);
  });

  it('counts reads with resends', async () => {
    const app = await startTestApp({ environment: ONE });

    await resend(app);
    await read(app);
    expect(await read(app)).toEqual({
      data: { certificateOrder: null },
      errors: [
        {
          message: 'You have made too many requests. Try again in 60 s.',
          path: ['certificateOrder'],
          locations: expect.any(Array),
          extensions: {
            code: 'CALLER_RATE_LIMITED',
            retryAfterSeconds: 60,
            correlationId: 'test-request',
          },
        },
      ],
    });

    expect(app.takeUpstreamRequests()).toHaveLength(2);
  });

  it('counts what fails the local check: refused input costs too', async () => {
    const app = await startTestApp({ environment: ONE });

    expect(await repeat(3, () => resend(app, 'no order'))).toEqual([
      'InvalidInputError',
      'InvalidInputError',
      'CALLER 60',
    ]);
    expect(await resend(app)).toBe('CALLER 60');
  });

  it.each([
    ['an invalid id', '{ certificateOrder(id: "x") { id } }'],
    [
      'an invalid reference',
      '{ _entities(representations: [{ __typename: "Other", id: "1" }]) { __typename } }',
    ],
    [
      'too many references',
      `{ _entities(representations: [${'{ __typename: "CertificateOrder", id: "1" }'.repeat(51)}]) { __typename } }`,
    ],
  ])('counts a read that is refused: %s', async (_name, query) => {
    const app = await startTestApp({ environment: ONE });
    const ask = async () => {
      const { errors } = (await (await app.post({ query })).json()) as {
        errors: { extensions: { code: string } }[];
      };
      return errors.map(({ extensions }) => extensions.code);
    };

    const codes = (await repeat(3, ask)).flat();
    expect(codes.map((code) => code === 'CALLER_RATE_LIMITED')).toEqual([false, false, true]);
  });

  describe('without subjects', () => {
    const ask = async (app: TestApp, forwardedFor?: string) => {
      const response = await app.post(
        { query: 'mutation { resendDvEmails(orderId: "1001") { __typename } }' },
        forwardedFor === undefined ? {} : { 'x-forwarded-for': forwardedFor },
      );
      const { data } = (await response.json()) as {
        data: { resendDvEmails: { __typename: string } };
      };
      return data.resendDvEmails.__typename.replace('ResendDvEmails', '');
    };

    it('counts by address, and no caller gets another one by a header', async () => {
      const app = await startTestApp({ environment: { CALLER_QUOTA: '1/60s' } });

      expect([
        await ask(app),
        await ask(app, '203.0.113.1'),
        await ask(app, '203.0.113.2, 127.0.0.1'),
      ]).toEqual(['Success', 'RateLimitedError', 'RateLimitedError']);

      app.takeUpstreamRequests();
    });

    it.each([
      ['callers behind a trusted proxy are told apart', '203.0.113.1', '203.0.113.2', 'Success'],
      [
        'the last address that is not trusted counts',
        '9.9.9.9, 203.0.113.1',
        '8.8.8.8, 203.0.113.1',
        'RateLimitedError',
      ],
      [
        'a proxy behind a proxy is looked through',
        '203.0.113.1, 10.1.2.3',
        '203.0.113.2, 10.1.2.3',
        'Success',
      ],
      [
        'a network of IPv6 is one caller, a /56',
        '2001:db8:1:200::1',
        '2001:db8:1:2ff:ffff::9',
        'RateLimitedError',
      ],
      [
        'another network of IPv6 is another caller',
        '2001:db8:1:200::1',
        '2001:db8:1:300::1',
        'Success',
      ],
      [
        '6to4 is one caller with any suffix',
        '2002:cb00:7101::1',
        '2002:cb00:7101:fff0::1',
        'RateLimitedError',
      ],
      [
        'Teredo is one caller through any server, port and flags',
        '2001:0:4136:e378:8000:63bf:34ff:8efe',
        '2001:0:1234:5678:0:1:34ff:8efe',
        'RateLimitedError',
      ],
      ['a port makes no other caller', '203.0.113.1:5071', '203.0.113.1:5072', 'RateLimitedError'],
      ['nor behind IPv6', '[2001:db8::1]:5071', '[2001:db8::1]:5072', 'RateLimitedError'],
      ['nor does a zone', 'fe80::1%eth0', 'fe80::1%eth1', 'RateLimitedError'],
      [
        'a trusted proxy whose port is written too is looked through',
        '203.0.113.1:5071, 10.1.2.3:5071',
        '203.0.113.2:5071, 10.1.2.3:5072',
        'Success',
      ],
      [
        'a trusted proxy that is mapped into IPv6 is looked through',
        '203.0.113.1, ::ffff:10.1.2.3',
        '203.0.113.2, ::ffff:10.1.2.3',
        'Success',
      ],
      ['what is no address is one caller', 'unknown', 'something else', 'RateLimitedError'],
    ])('%s', async (_name, first, second, told) => {
      const app = await startTestApp({
        environment: { CALLER_QUOTA: '1/60s', TRUSTED_PROXIES: '127.0.0.0/8, 10.0.0.0/8' },
      });

      expect([await ask(app, first), await ask(app, second)]).toEqual(['Success', told]);

      app.takeUpstreamRequests();
    });

    it.each([
      ['mapped into IPv6', '::ffff:203.0.113.1', '::ffff:203.0.113.2'],
      ['translated', '::ffff:0:203.0.113.1', '::ffff:0:203.0.113.2'],
      ['behind NAT64', '64:ff9b::203.0.113.1', '64:ff9b::203.0.113.2'],
      ["behind a network's own NAT64", '64:ff9b:1::203.0.113.1', '64:ff9b:1::203.0.113.2'],
      ['as 6to4', '2002:cb00:7101:7::9', '2002:cb00:7102:7::9'],
      ['as Teredo', '2001:0:4136:e378:8000:63bf:34ff:8efe', '2001:0:4136:e378::34ff:8efd'],
    ])('an IPv4 address %s is the caller it is as IPv4', async (_name, same, other) => {
      const app = await startTestApp({
        environment: { CALLER_QUOTA: '1/60s', TRUSTED_PROXIES: '127.0.0.1' },
      });

      expect([
        await ask(app, '203.0.113.1'),
        await ask(app, same),
        await ask(app, other),
        await ask(app, '203.0.113.2'),
      ]).toEqual(['Success', 'RateLimitedError', 'Success', 'RateLimitedError']);

      app.takeUpstreamRequests();
    });

    it.each([
      ['x-forwarded-host', 'a b'],
      ['x-forwarded-host', ''],
      ['x-forwarded-proto', 'a b'],
      ['x-forwarded-proto', 'javascript'],
    ])('a trusted proxy that says %s: %j breaks nothing', async (name, value) => {
      const app = await startTestApp({ environment: { TRUSTED_PROXIES: '127.0.0.1' } });

      const response = await app.post({ query: '{ __typename }' }, { [name]: value });

      expect([200, 400]).toContain(response.status);
      expect(app.logText()).not.toContain('request.failed');
    });
  });
});
