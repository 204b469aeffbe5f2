// Retries, the breaker and the bound on concurrency, as callers meet them: over real HTTP.
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { CertificateOrderDocument } from '../../../src/client/operations';
import { accept, hang, json, type Responder } from '../../../src/simulator/responders';
import { createDeferred } from '../../support/deferred';
import { describeRequest, startTestApp } from '../../support/test-app';

/** Gives one response after the other, the last one for ever. */
function inTurn(...responders: readonly Responder[]): Responder {
  let turn = 0;
  return (incoming) => {
    const responder = responders[Math.min(turn, responders.length - 1)];
    turn += 1;
    return responder ? responder(incoming) : Promise.resolve();
  };
}

const order = (resend: Responder) => ({ '5555': { summary: 'x', resend } });

function tooMany(headers: Record<string, string> = {}): Responder {
  return json(429, { errors: [{ code: 'request_limit_exceeded' }] }, headers);
}

const memberOf = (
  response: Awaited<ReturnType<Awaited<ReturnType<typeof startTestApp>>['resend']>>,
) => response.data?.resendDvEmails;

describe('a 429', () => {
  it('is waited out when DigiCert asks for a moment, and the emails go out once', async () => {
    const app = await startTestApp({
      orders: order(inTurn(tooMany({ 'Retry-After': '1' }), accept)),
      environment: { DIGICERT_QUOTA: '100/5s' },
    });

    const response = app.resend('5555');
    await app.nextUpstreamRequest();
    expect(await app.clock.nextTimer(1_000)).toBe(1_000);
    app.clock.advance(1_000);

    expect(memberOf(await response)?.__typename).toBe('ResendDvEmailsSuccess');
    expect(app.takeUpstreamRequests().map(describeRequest)).toEqual(['PUT 5555', 'PUT 5555']);
    expect(app.outbox).toHaveLength(1);
    expect(app.log.at(-1)).toMatchObject({ outcome: 'accepted', upstreamAttempts: 2 });
  });

  it.each([
    ['says nothing', {}],
    ['asks for longer than a caller may be kept', { 'Retry-After': '3' }],
  ])('is reported at once when DigiCert %s', async (_name, headers) => {
    const app = await startTestApp({ orders: order(tooMany(headers as Record<string, string>)) });

    expect(memberOf(await app.resend('5555'))?.__typename).toBe('ResendDvEmailsRateLimitedError');
    expect(app.takeUpstreamRequests()).toHaveLength(1);
  });
});

describe('a connection that cannot be made', () => {
  it('is tried again, and the emails go out once it can', async () => {
    // A port that was free a moment ago, so that no server listens until the test does.
    const server = createServer((_request, response) => response.writeHead(204).end());
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    const { port } = server.address() as AddressInfo;
    server.close();
    await once(server, 'close');
    const app = await startTestApp({
      baseUrl: `http://127.0.0.1:${port}/services/v2`,
      random: () => 0.5,
    });

    const response = app.resend('1001');
    // Half of 200 ms.
    expect(await app.clock.nextTimer(1_000)).toBe(100);
    server.listen(port, '127.0.0.1');
    await once(server, 'listening');
    app.clock.advance(100);

    expect(memberOf(await response)?.__typename).toBe('ResendDvEmailsSuccess');
    expect(app.log.at(-1)).toMatchObject({ upstreamAttempts: 2 });
    server.close();
    server.closeAllConnections();
  });
});

describe('the breaker', () => {
  const BREAKER = { DIGICERT_BREAKER_SECONDS: '10' };

  async function startFailing(resend: Responder) {
    const app = await startTestApp({ orders: order(resend), environment: BREAKER });
    for (let call = 0; call < 10; call += 1) {
      await app.resend(['1500', '1503', '1602'][call % 3] ?? '');
    }
    expect(app.takeUpstreamRequests()).toHaveLength(10);
    return app;
  }

  it('keeps calls from a DigiCert that fails, says that nothing was sent, and lets one find out', async () => {
    const app = await startFailing(accept);

    expect(memberOf(await app.resend('1001'))).toMatchObject({
      __typename: 'ResendDvEmailsUpstreamError',
      reason: 'UNAVAILABLE',
      retryable: true,
      emailsMayHaveBeenSent: false,
      message:
        'DigiCert, or a server before it, fails at the moment; try again later. Nothing was sent.',
    });
    expect(app.takeUpstreamRequests()).toEqual([]);
    expect(app.log.at(-1)).toMatchObject({
      upstreamErrorCode: 'BREAKER_OPEN',
      upstreamAttempts: 0,
    });

    app.clock.advance(10_000);
    expect(memberOf(await app.resend('5555'))?.__typename).toBe('ResendDvEmailsSuccess');
    expect(memberOf(await app.resend('1001'))?.__typename).toBe('ResendDvEmailsSuccess');
    expect(app.takeUpstreamRequests()).toHaveLength(2);
    const states = app.log.filter(({ event }) => event === 'digicert.breaker-changed');
    expect(states.map(({ state, level }) => [state, level])).toEqual([
      ['open', 50],
      ['half-open', 30],
      ['closed', 30],
    ]);
  });

  it('accepts no call but the one that finds out', async () => {
    const app = await startFailing(hang);
    app.clock.advance(10_000);

    const probe = app.resend('5555');
    await app.nextUpstreamRequest();
    expect(memberOf(await app.resend('1001'))).toMatchObject({ reason: 'UNAVAILABLE' });
    app.clock.advance(10_000);

    expect(memberOf(await probe)).toMatchObject({ reason: 'OUTCOME_UNKNOWN' });
    expect(app.takeUpstreamRequests().map(describeRequest)).toEqual(['PUT 5555']);
  });

  it('is not opened by one order on which DigiCert fails, however it is requested', async () => {
    const app = await startTestApp({ environment: BREAKER });
    for (let call = 0; call < 20; call += 1) {
      await app.resend(`${'0'.repeat(call % 4)}1500`);
      await app.execute(CertificateOrderDocument, { id: '1500' });
    }
    app.takeUpstreamRequests();

    expect(memberOf(await app.resend('1001'))?.__typename).toBe('ResendDvEmailsSuccess');
    app.takeUpstreamRequests();
  });

  it('is shown by /readyz, which stays ready', async () => {
    const app = await startFailing(accept);

    const response = await fetch(new URL('/readyz', app.url));
    expect(response.status).toBe(200);
    expect(await response.json()).toEqual({ status: 'ok', breaker: 'open', limits: 'memory' });
  });

  it.each(['1400', '1401', '1403', '1404', '1405', '1429'])(
    'counts a response that refuses as a success: order %s',
    async (orderId) => {
      const app = await startTestApp({ environment: BREAKER });
      for (let call = 0; call < 20; call += 1) {
        await app.resend(orderId);
        // After a 429 no call is made for a while.
        app.clock.advance(5_000);
      }
      app.takeUpstreamRequests();

      expect(memberOf(await app.resend('1001'))?.__typename).toBe('ResendDvEmailsSuccess');
      app.takeUpstreamRequests();
    },
  );
});

describe('concurrency', () => {
  it('lets as many calls wait as are in flight, and refuses all others at once', async () => {
    const released = createDeferred();
    let inFlight = 0;
    let mostInFlight = 0;
    const app = await startTestApp({
      environment: { DIGICERT_CONCURRENCY: '2' },
      orders: order(async (incoming) => {
        inFlight += 1;
        mostInFlight = Math.max(mostInFlight, inFlight);
        await released.promise;
        inFlight -= 1;
        await accept(incoming);
      }),
    });

    const calls = Array.from({ length: 5 }, () => app.resend('5555'));
    // None of the four that have room can be answered yet.
    expect(memberOf(await Promise.race(calls))).toMatchObject({
      scope: 'DIGICERT',
      retryAfterSeconds: 1,
    });
    released.resolve();

    const members = (await Promise.all(calls)).map((response) => memberOf(response)?.__typename);
    expect(members.filter((member) => member === 'ResendDvEmailsSuccess')).toHaveLength(4);
    expect(mostInFlight).toBe(2);
    expect(app.takeUpstreamRequests()).toHaveLength(4);
    expect(app.log).toContainEqual(
      expect.objectContaining({ upstreamErrorCode: 'ALL_CONNECTIONS_BUSY', upstreamAttempts: 0 }),
    );
  });
});

describe('the bound on concurrency', () => {
  it('holds for the aliases of one query', async () => {
    const released = createDeferred();
    let inFlight = 0;
    const arrived = createDeferred();
    const app = await startTestApp({
      environment: { DIGICERT_CONCURRENCY: '1' },
      orders: {
        '5555': {
          summary: 'waits',
          resend: accept,
          validation: async (incoming) => {
            inFlight += 1;
            arrived.resolve();
            await released.promise;
            await json(200, { order_status: 'pending' })(incoming);
          },
        },
      },
    });
    const fields = Array.from(
      { length: 16 },
      (_, index) => `a${index}: certificateOrder(id: "${'0'.repeat(index)}5555") { status }`,
    );

    const response = app.post({ query: `{ ${fields.join(' ')} }` });
    await arrived.promise;
    released.resolve();

    const { errors } = (await (await response).json()) as { errors: { extensions: object }[] };
    // One is on its way, and one may wait for it.
    expect(errors).toHaveLength(14);
    expect(inFlight).toBeLessThanOrEqual(2);
    expect(app.takeUpstreamRequests()).toHaveLength(2);
  });
});

describe('digits in the base URL', () => {
  it('are not taken for the order, so that the breaker opens for several orders', async () => {
    const down = createServer((_request, response) => void response.writeHead(500).end());
    down.listen(0, '127.0.0.1');
    await once(down, 'listening');
    const { port } = down.address() as AddressInfo;
    const app = await startTestApp({
      environment: { DIGICERT_BREAKER_SECONDS: '10' },
      baseUrl: `http://127.0.0.1:${port}/tenants/42/services/v2`,
    });
    for (let call = 0; call < 12; call += 1) {
      await app.resend(String(1_000 + call));
    }
    down.close();

    expect(app.log.map(({ event }) => event)).toContain('digicert.breaker-changed');
  });
});

describe('room in the quota', () => {
  const ONE = { DIGICERT_QUOTA: '1/1h', DIGICERT_QUOTA_WAIT_MS: '0' };
  const resendTwice = async (app: Awaited<ReturnType<typeof startTestApp>>, orderIds: string[]) => {
    const members = [];
    for (const orderId of orderIds) {
      members.push(memberOf(await app.resend(orderId)));
    }
    app.takeUpstreamRequests();
    return members.map((member) =>
      member && 'reason' in member ? member.reason : member?.__typename,
    );
  };

  it('is used up by a request that DigiCert refused to count', async () => {
    const app = await startTestApp({ environment: ONE });
    expect(await resendTwice(app, ['1429'])).toEqual(['ResendDvEmailsRateLimitedError']);
    app.clock.advance(5_000);
    expect(await resendTwice(app, ['1001'])).toEqual(['ResendDvEmailsRateLimitedError']);
  });

  it('is not used up by requests that never left, and each attempt takes its own', async () => {
    const app = await startTestApp({
      environment: { ...ONE, DIGICERT_QUOTA: '2/1h' },
      baseUrl: 'http://127.0.0.1:1/services/v2',
    });
    for (let call = 0; call < 3; call += 1) {
      expect(await resendTwice(app, ['1001'])).toEqual(['UNREACHABLE']);
    }
  });

  it('is reserved again for a second attempt', async () => {
    const app = await startTestApp({
      environment: { ...ONE, DIGICERT_QUOTA_WAIT_MS: '2000' },
      orders: order(inTurn(tooMany({ 'Retry-After': '1' }), accept)),
    });
    const response = app.resend('5555');
    await app.nextUpstreamRequest();
    expect(await app.clock.nextTimer(1_000)).toBe(1_000);
    app.clock.advance(1_000);

    expect(memberOf(await response)?.__typename).toBe('ResendDvEmailsRateLimitedError');
    expect(app.takeUpstreamRequests()).toHaveLength(1);
  });

  it('is given back by a call that found all connections busy', async () => {
    const released = createDeferred();
    const app = await startTestApp({
      environment: {
        DIGICERT_CONCURRENCY: '1',
        DIGICERT_QUOTA: '3/1h',
        DIGICERT_QUOTA_WAIT_MS: '0',
      },
      orders: order(async (incoming) => {
        await released.promise;
        await accept(incoming);
      }),
    });
    // Two have room, the third gives its place back.
    const calls = Array.from({ length: 3 }, () => app.resend('5555'));
    expect(memberOf(await Promise.race(calls))?.__typename).toBe('ResendDvEmailsRateLimitedError');
    released.resolve();
    await Promise.all(calls);

    expect(memberOf(await app.resend('1001'))?.__typename).toBe('ResendDvEmailsSuccess');
    app.takeUpstreamRequests();
  });
});

describe('a client that hangs up', () => {
  it('does not stop its resend, whose outcome is audited', async () => {
    const released = createDeferred();
    const app = await startTestApp({
      orders: order(async (incoming) => {
        await incoming.receive();
        await released.promise;
        incoming.send();
        incoming.response.writeHead(204).end();
      }),
    });
    const controller = new AbortController();
    const response = fetch(app.url, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({
        query: 'mutation { resendDvEmails(orderId: "5555") { __typename } }',
      }),
      signal: controller.signal,
    });
    await app.nextUpstreamRequest();
    controller.abort();
    await expect(response).rejects.toThrow('aborted');
    // A call that is answered now came after the other one's end.
    await fetch(new URL('/livez', app.url));
    released.resolve();
    await app.logged('resend.completed');

    expect(app.log.at(-1)).toMatchObject({ event: 'resend.completed', outcome: 'accepted' });
    expect(app.outbox).toHaveLength(1);
    expect(app.takeUpstreamRequests()).toHaveLength(1);
  });
});
