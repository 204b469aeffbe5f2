// The audit trail: caller, request and outcome, without any plain address.
import { toMailboxKey } from '../../src/domain/recipient';
import { createLog } from '../../src/telemetry/log';
import { startTelemetry } from '../../src/telemetry/telemetry';
import { createKey, sign, startProvider, startWithTokens } from '../support/identity';
import { ManualClock } from '../support/manual-clock';
import { startTestApp } from '../support/test-app';

const INPUT = {
  domainApprovalEmails: [
    { domain: 'example.com', email: 'Admin@example.com' },
    { domain: 'www.example.com', email: 'admin@EXAMPLE.com' },
    { domain: 'other.example.com' },
  ],
  locale: 'en',
};
const HASH = /^[\w-]{16}$/;

async function resendAndReadEvent(environment: Record<string, string>, orderId = '1001') {
  const app = await startTestApp({ environment });
  await app.resend(orderId, INPUT);
  app.takeUpstreamRequests();
  const [event] = app.log.filter((line) => line.event === 'resend.completed') as {
    recipients: { domain: string; email?: string }[];
    callerAddress: string;
  }[];
  return { event, app };
}

const CALLER = {
  correlationId: 'x',
  subject: undefined,
  address: '192.0.2.1',
  scopes: new Set<string>(),
};

/** What watches a use case, without a gateway around it. */
function startObserver() {
  const lines: string[] = [];
  const clock = new ManualClock();
  const { observe } = startTelemetry(
    {
      host: '127.0.0.1',
      metricsPort: undefined,
      tracing: false,
      audit: { addresses: 'hashed', hashKey: undefined },
    },
    {
      name: 'test',
      version: '1',
      log: createLog('info', { write: (line) => void lines.push(line) }),
      clock,
    },
  );
  return { observe, clock, log: () => lines.map((line) => JSON.parse(line)) };
}

describe('the audit trail', () => {
  it('fails before anything is sent, if it has to fail', async () => {
    const resend = jest.fn();
    const { observe } = startObserver();
    // What no caller is: one whose address cannot be hashed.
    const caller = { ...CALLER, address: 7 as never };

    const started = { useCase: 'resend', orderId: '1001', caller } as const;
    await expect(observe(started, resend)).rejects.toThrow();

    expect(resend).not.toHaveBeenCalled();
  });

  it('has an event also where the attempt fails unexpectedly, with the time until then', async () => {
    const { observe, clock, log } = startObserver();
    const resend = async () => {
      // The system's clock has fractions of a millisecond; a line of the log has none.
      clock.advance(7.4);
      throw new Error('a fault');
    };

    const started = { useCase: 'resend', orderId: '1001', caller: CALLER } as const;
    await expect(observe(started, resend)).rejects.toThrow('a fault');

    expect(log()).toEqual([
      {
        level: 50,
        time: expect.any(Number),
        event: 'resend.completed',
        msg: 'resend failed unexpectedly',
        correlationId: 'x',
        callerAddress: expect.stringMatching(HASH),
        orderId: '1001',
        outcome: 'unexpected-error',
        durationMs: 7,
      },
    ]);
  });

  it('names the recipients as they are sent, and none of a resend that the cool-down refuses', async () => {
    const app = await startTestApp({
      environment: { AUDIT_ADDRESSES: 'plain', RESEND_COOLDOWN_SECONDS: '60' },
    });
    const entry = { domain: '*.BÜCHER.example', email: 'Admin@BÜCHER.example' };
    await app.resend('1001', { domainApprovalEmails: [entry] });
    await app.resend('1001', { domainApprovalEmails: [entry] });
    app.takeUpstreamRequests();

    const recipients = [
      { domain: '*.xn--bcher-kva.example', email: 'admin@xn--bcher-kva.example' },
    ];
    const events = app.log.filter(({ event }) => event === 'resend.completed');
    expect(events.map(({ outcome, recipients: named }) => [outcome, named])).toEqual([
      ['accepted', recipients],
      ['rate-limited', undefined],
    ]);
  });

  it('has one event per attempt, with addresses as hashes', async () => {
    const { event, app } = await resendAndReadEvent({});

    expect(event).toEqual({
      level: 30,
      time: expect.any(Number),
      event: 'resend.completed',
      msg: 'resend completed',
      correlationId: 'test-request',
      callerAddress: expect.stringMatching(HASH),
      orderId: '1001',
      recipients: [
        { domain: 'example.com', email: expect.stringMatching(HASH) },
        { domain: 'www.example.com', email: expect.stringMatching(HASH) },
        { domain: 'other.example.com' },
      ],
      outcome: 'accepted',
      upstreamStatus: 204,
      upstreamAttempts: 1,
      digicertCodes: [],
      durationMs: 0,
    });
    expect(event?.recipients[0]?.email).toBe(event?.recipients[1]?.email);
    expect(app.logText().toLowerCase()).not.toContain('admin@');
    expect(app.logText()).not.toContain('127.0.0.1:0');
  });

  it.each([
    ['1002', { outcome: 'order-not-eligible', reason: 'ORDER_NOT_PENDING', upstreamStatus: 400 }],
    ['1403', { outcome: 'access-denied', upstreamStatus: 403 }],
    ['1404', { outcome: 'order-not-found', upstreamStatus: 404 }],
    ['1429', { outcome: 'rate-limited', scope: 'DIGICERT', upstreamStatus: 429 }],
    [
      '1503',
      {
        outcome: 'upstream-failed',
        reason: 'UNAVAILABLE',
        emailsMayHaveBeenSent: true,
        upstreamStatus: 503,
      },
    ],
  ])('has what DigiCert said of order %s', async (orderId, fields) => {
    const { event } = await resendAndReadEvent({}, orderId);
    expect(event).toMatchObject(fields);
  });

  it('gives the same address the same hash wherever the key is the same, and another elsewhere', async () => {
    const key = { AUDIT_HASH_KEY: 'a-key-for-the-hashes' };
    const hashes = await Promise.all(
      [key, key, { AUDIT_HASH_KEY: 'another-key-for-hashes' }, {}, {}].map(async (environment) => {
        const { event } = await resendAndReadEvent(environment);
        return event?.recipients[0]?.email;
      }),
    );
    expect(hashes[1]).toBe(hashes[0]);
    expect(new Set(hashes).size).toBe(4);
  });

  it('gives one mailbox one hash, in upper and lower case', async () => {
    const app = await startTestApp();
    const emails = ['grosse@example.com', 'GROSSE@example.com', 'ｇｒｏße@example.com'];
    for (const email of emails) {
      await app.resend('1001', { domainApprovalEmails: [{ domain: 'example.com', email }] });
    }
    app.takeUpstreamRequests();

    const hashes = app.log
      .filter(({ event }) => event === 'resend.completed')
      .map(({ recipients }) => (recipients as { email: string }[])[0]?.email);
    expect(hashes).toEqual(emails.map(() => hashes[0]));
    expect(hashes[0]).toMatch(HASH);
  });

  it('shows addresses where a setting says so', async () => {
    const { event } = await resendAndReadEvent({ AUDIT_ADDRESSES: 'plain' });
    expect(event).toMatchObject({
      callerAddress: '127.0.0.1',
      recipients: [{ email: 'admin@example.com' }, { email: 'admin@example.com' }, {}],
    });
  });

  it('names the caller as reads of orders do, however a proxy writes the address', async () => {
    const key = await createKey();
    const app = await startWithTokens(await startProvider(key), {
      environment: { AUDIT_ADDRESSES: 'plain', TRUSTED_PROXIES: '127.0.0.1' },
    });
    const addresses = ['203.0.113.1', '203.0.113.1:5071', '::ffff:203.0.113.1', 'unknown'];
    for (const forwarded of [...addresses, '[2001:DB8::1%eth0]:5071']) {
      await app.post(
        {
          query:
            'mutation { resendDvEmails(orderId: "1001") { __typename ... on ResendDvEmailsSuccess { order { status } } } }',
        },
        {
          authorization: `Bearer ${await sign(key, { sub: 'Agent@example.com' })}`,
          'x-forwarded-for': forwarded,
        },
      );
    }
    await app.post(
      { query: '{ certificateOrders(first: 1) { edges { cursor } } }' },
      { authorization: `Bearer ${await sign(key)}` },
    );
    app.takeUpstreamRequests();

    const callersOf = (event: string) =>
      app.log
        .filter((line) => line.event === event)
        .map(({ subject, callerAddress }) => ({ subject, callerAddress }));
    const subject = toMailboxKey('Agent@example.com');
    const expected = ['203.0.113.1', '203.0.113.1', '203.0.113.1', 'unknown', '2001:db8::1'];
    expect(callersOf('resend.completed')).toEqual(
      expected.map((callerAddress) => ({ subject, callerAddress })),
    );
    expect(callersOf('order.read')).toEqual(callersOf('resend.completed'));
    expect(callersOf('orders.listed')).toEqual([
      { subject: 'agent-7', callerAddress: '127.0.0.1' },
    ]);
  });

  it('goes on where only errors are logged', async () => {
    const { app } = await resendAndReadEvent({ LOG_LEVEL: 'error' });
    expect(app.log.map(({ event }) => event)).toEqual(['resend.completed']);
  });

  it('repeats nothing of an input that is no input', async () => {
    const app = await startTestApp();

    await app.resend('someone@example.com', {
      domainApprovalEmails: [{ domain: 'someone@example.com' }],
    });

    expect(app.log.find(({ event }) => event === 'resend.completed')).toEqual({
      level: 30,
      time: expect.any(Number),
      event: 'resend.completed',
      msg: 'resend completed',
      correlationId: 'test-request',
      callerAddress: expect.stringMatching(HASH),
      outcome: 'invalid-input',
      durationMs: 0,
    });
  });
});
