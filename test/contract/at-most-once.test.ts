// Nothing ambiguous is ever sent twice, and what provably never left is said to be so.
import { once } from 'node:events';
import { createServer, type Server, type Socket } from 'node:net';
import { setImmediate } from 'node:timers/promises';
import { buildConnector, type Dispatcher, interceptors, Pool } from 'undici';
import { createEgress } from '../../src/egress/egress';
import { systemClock } from '../../src/lib/clock';
import { json } from '../../src/simulator/responders';
import { startSimulator } from '../../src/simulator/simulator';
import { createDeferred } from '../support/deferred';
import { describeRequest, REQUEST_ID, startTestApp } from '../support/test-app';

const upstream = (reason: string, retryable: boolean, emailsMayHaveBeenSent: boolean) => ({
  data: {
    resendDvEmails: {
      __typename: 'ResendDvEmailsUpstreamError',
      message: expect.any(String),
      retryable,
      correlationId: REQUEST_ID,
      reason,
      emailsMayHaveBeenSent,
      unavailableForSeconds: null,
    },
  },
});

const UNREACHABLE = upstream('UNREACHABLE', true, false);
const OUTCOME_UNKNOWN = upstream('OUTCOME_UNKNOWN', false, true);

const createClient = (origin: string) => createEgress().createClient(origin, systemClock);

const servers: { close(): unknown }[] = [];
afterEach(async () => {
  await Promise.all(servers.splice(0).map((server) => server.close()));
});

/** A TCP server that leaves every connection to the test. */
async function listen(
  onConnection: (socket: Socket) => void,
): Promise<{ server: Server; port: number }> {
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.on('error', () => {});
    onConnection(socket);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  servers.push({
    close: () => {
      for (const socket of sockets) {
        socket.destroy();
      }
      server.close();
    },
  });
  const address = server.address();
  return { server, port: typeof address === 'object' && address ? address.port : 0 };
}

describe('a request that provably never left', () => {
  it('is UNREACHABLE when no server listens', async () => {
    const { server, port } = await listen(() => {});
    await new Promise((resolve) => server.close(resolve));
    const app = await startTestApp({ baseUrl: `http://127.0.0.1:${port}/services/v2` });

    expect(await app.resend('1001')).toEqual(UNREACHABLE);
    expect(app.log.at(-1)).toMatchObject({ upstreamErrorCode: 'ECONNREFUSED' });
  });

  it('is UNREACHABLE when the name does not exist', async () => {
    const app = await startTestApp({ baseUrl: 'https://digicert.invalid/services/v2' });

    expect(await app.resend('1001')).toEqual(UNREACHABLE);
    expect(app.log.at(-1)?.upstreamErrorCode).toMatch(/^(?:ENOTFOUND|EAI_AGAIN)$/);
  });

  it('is UNREACHABLE when the TLS handshake fails', async () => {
    const received: Buffer[] = [];
    const { port } = await listen((socket) => {
      socket.on('data', (chunk) => {
        received.push(chunk);
        socket.end('HTTP/1.1 400 Bad Request\r\n\r\n');
      });
    });
    const app = await startTestApp({ baseUrl: `https://127.0.0.1:${port}/services/v2` });

    expect(await app.resend('1001')).toEqual(UNREACHABLE);
    expect(Buffer.concat(received).toString('latin1')).not.toContain('PUT');
  });

  it('is UNREACHABLE when the deadline passes before the connection stands, and never leaves after', async () => {
    const simulator = await startSimulator();
    servers.push(simulator);
    const asked = createDeferred();
    const released = createDeferred();
    const connect = buildConnector({});
    const pool = new Pool(new URL(simulator.baseUrl).origin, {
      connect: (options, callback) => {
        asked.resolve();
        released.promise.then(() => connect(options, callback));
      },
    });
    const app = await startTestApp({ baseUrl: simulator.baseUrl, dispatcher: pool });

    const response = app.resend('1001');
    await asked.promise;
    app.clock.advance(10_000);

    expect(await response).toEqual(UNREACHABLE);
    released.resolve();
    await once(pool, 'connect');
    // A call after it is served, so a request that left late would have arrived before.
    expect((await app.resend('1003')).data?.resendDvEmails).toMatchObject({
      reason: 'DCV_METHOD_NOT_EMAIL',
    });
    expect(simulator.requests.map(describeRequest)).toEqual(['PUT 1003', 'GET 1003']);
    expect(simulator.outbox).toEqual([]);
  });
});

describe('a request that left', () => {
  it.each([
    ['the connection is reset before the body is read', '1601', 0],
    ['the connection is reset after the body is read', '1602', 1],
  ])('is OUTCOME_UNKNOWN when %s, and is sent once', async (_name, orderId, sent) => {
    const app = await startTestApp();

    expect(await app.resend(orderId)).toEqual(OUTCOME_UNKNOWN);
    expect(app.takeUpstreamRequests().map(describeRequest)).toEqual([`PUT ${orderId}`]);
    expect(app.outbox).toHaveLength(sent);
  });

  it('is OUTCOME_UNKNOWN when the deadline passes without a status, and is sent once', async () => {
    const app = await startTestApp();

    const response = app.resend('1504');
    await app.nextUpstreamRequest();
    app.clock.advance(9_999);
    expect(app.log.filter(({ event }) => event === 'resend.completed')).toEqual([]);
    app.clock.advance(1);

    expect(await response).toEqual(OUTCOME_UNKNOWN);
    expect(app.takeUpstreamRequests().map(describeRequest)).toEqual(['PUT 1504']);
    expect(app.outbox).toHaveLength(1);
  });

  it('is OUTCOME_UNKNOWN when a connection used before is closed under it, and is sent once', async () => {
    const requests: string[] = [];
    const { port } = await listen((socket) => {
      socket.on('data', (chunk) => {
        requests.push(chunk.toString('latin1').slice(0, 3));
        if (requests.length === 1) {
          socket.write('HTTP/1.1 204 No Content\r\n\r\n');
        } else {
          socket.end();
        }
      });
    });
    const app = await startTestApp({ baseUrl: `http://127.0.0.1:${port}/services/v2` });
    await app.resend('1001');

    expect(await app.resend('1001')).toEqual(OUTCOME_UNKNOWN);
    expect(requests).toEqual(['PUT', 'PUT']);
  });

  it('is an unexpected response when what comes back is not HTTP', async () => {
    const app = await startTestApp();

    expect(await app.resend('1608')).toEqual(upstream('UNEXPECTED_RESPONSE', false, true));
    expect(app.takeUpstreamRequests().map(describeRequest)).toEqual(['PUT 1608']);
  });

  it('is an unexpected response when the headers never end', async () => {
    const app = await startTestApp({
      orders: {
        '5555': {
          summary: 'x',
          resend: json(200, {}, { 'X-Long': 'x'.repeat(20_000) }),
        },
      },
    });

    expect(await app.resend('5555')).toEqual(upstream('UNEXPECTED_RESPONSE', false, true));
    expect(app.takeUpstreamRequests().map(describeRequest)).toEqual(['PUT 5555']);
  });

  it('is decided by its status when the body is cut off', async () => {
    const app = await startTestApp();

    expect(await app.resend('1604')).toEqual(upstream('UNEXPECTED_RESPONSE', false, false));
    expect(app.takeUpstreamRequests().map(describeRequest)).toEqual(['PUT 1604', 'GET 1604']);
  });

  it('is decided by its status when the body is longer than 64 KiB', async () => {
    const app = await startTestApp();

    expect(await app.resend('1606')).toEqual(upstream('UNEXPECTED_RESPONSE', false, false));
    expect(app.takeUpstreamRequests().map(describeRequest)).toEqual(['PUT 1606', 'GET 1606']);
  });

  it('is decided by its status when the deadline passes while the body trickles in', async () => {
    const headArrived = createDeferred();
    const app = await startTestApp({
      dispatcherFor: (origin) => tapResponseStart(createClient(origin), headArrived.resolve),
    });

    const response = app.resend('1603');
    await headArrived.promise;
    app.clock.advance(10_000);

    expect(await response).toEqual(upstream('UNEXPECTED_RESPONSE', false, false));
    // The time is up, so the order is not asked either.
    expect(app.takeUpstreamRequests().map(describeRequest)).toEqual(['PUT 1603']);
  });

  it('succeeds on a 204 with any bytes after it, and the next call is not harmed', async () => {
    const app = await startTestApp();

    for (const orderId of ['1607', '1001', '1607', '1607', '1001']) {
      const response = await app.resend(orderId);
      expect(response.data?.resendDvEmails?.__typename).toBe('ResendDvEmailsSuccess');
    }

    expect(app.outbox.map(({ orderId }) => orderId)).toEqual([
      '1607',
      '1001',
      '1607',
      '1607',
      '1001',
    ]);
    app.takeUpstreamRequests();
  });

  it('does not follow a redirect, so the key stays where it belongs', async () => {
    const elsewhere = await startSimulator();
    servers.push(elsewhere);
    const location = `${elsewhere.baseUrl}/order/certificate/1001/resend-emails`;
    const app = await startTestApp({
      orders: { '5555': { summary: 'x', resend: json(307, {}, { Location: location }) } },
    });

    expect(await app.resend('5555')).toEqual(upstream('UNEXPECTED_RESPONSE', false, true));
    expect(elsewhere.requests).toEqual([]);
    expect(app.takeUpstreamRequests().map(describeRequest)).toEqual(['PUT 5555']);
  });
});

describe('a transport that repeats requests by itself', () => {
  it.each([
    ['1602', OUTCOME_UNKNOWN],
    ['1503', expect.objectContaining({ data: expect.anything() })],
    ['1429', expect.objectContaining({ data: expect.anything() })],
  ])('is kept from sending order %s twice', async (orderId, expected) => {
    const app = await startTestApp({
      dispatcherFor: (origin) =>
        createClient(origin).compose(
          interceptors.retry({ minTimeout: 1, maxTimeout: 1, methods: ['PUT'] }),
        ),
    });

    expect(await app.resend(orderId)).toEqual(expected);
    expect(app.takeUpstreamRequests().map(describeRequest)).toEqual([`PUT ${orderId}`]);
  });
});

describe('what comes back before, or in place of, a status', () => {
  const oneResponse = (text: string) =>
    listen((socket) => {
      socket.once('data', () => socket.write(text));
    });

  it.each([
    ['no byte at all', '', OUTCOME_UNKNOWN],
    ['half a status line', 'HTTP/1.1 2', OUTCOME_UNKNOWN],
  ])('is OUTCOME_UNKNOWN at the deadline: %s', async (_name, text, expected) => {
    const received = createDeferred();
    const { port } = await listen((socket) => {
      socket.once('data', () => socket.write(text, () => received.resolve()));
    });
    const app = await startTestApp({ baseUrl: `http://127.0.0.1:${port}/services/v2` });

    const response = app.resend('1001');
    await received.promise;
    app.clock.advance(10_000);

    expect(await response).toEqual(expected);
  });

  it.each([
    ['a status below 100', 'HTTP/1.1 099 Odd\r\nContent-Length: 0\r\n\r\n'],
    ['two lengths', 'HTTP/1.1 204 No Content\r\nContent-Length: 0\r\nContent-Length: 5\r\n\r\n'],
    [
      'a length and chunks',
      'HTTP/1.1 200 OK\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n',
    ],
  ])('is an unexpected response: %s', async (_name, text) => {
    const { port } = await oneResponse(text);
    const app = await startTestApp({ baseUrl: `http://127.0.0.1:${port}/services/v2` });

    expect(await app.resend('1001')).toEqual(upstream('UNEXPECTED_RESPONSE', false, true));
  });

  it('is OUTCOME_UNKNOWN at the deadline when only a 103 came', async () => {
    const { port } = await oneResponse('HTTP/1.1 103 Early Hints\r\n\r\n');
    const newsArrived = createDeferred();
    const app = await startTestApp({
      baseUrl: `http://127.0.0.1:${port}/services/v2`,
      dispatcherFor: (origin) => tapResponseStart(createClient(origin), newsArrived.resolve),
    });

    const response = app.resend('1001');
    await newsArrived.promise;
    app.clock.advance(10_000);

    expect(await response).toEqual(OUTCOME_UNKNOWN);
  });

  it('takes the status that follows a 103', async () => {
    const { port } = await oneResponse(
      'HTTP/1.1 103 Early Hints\r\nLink: </x>\r\n\r\nHTTP/1.1 204 No Content\r\n\r\n',
    );
    const app = await startTestApp({ baseUrl: `http://127.0.0.1:${port}/services/v2` });

    const response = await app.resend('1001');
    expect(response.data?.resendDvEmails?.__typename).toBe('ResendDvEmailsSuccess');
  });
});

describe('connections', () => {
  it('are used again one request after the other, and opened again when they were closed', async () => {
    let connections = 0;
    let answered = 0;
    const { port } = await listen((socket) => {
      connections += 1;
      socket.on('data', () => {
        answered += 1;
        socket.write('HTTP/1.1 204 No Content\r\n\r\n');
        if (answered === 3) {
          socket.end();
        }
      });
    });
    const app = await startTestApp({ baseUrl: `http://127.0.0.1:${port}/services/v2` });

    for (let call = 1; call <= 6; call += 1) {
      const response = await app.resend('1001');
      expect(response.data?.resendDvEmails?.__typename).toBe('ResendDvEmailsSuccess');
      if (call === 3) {
        // The server's end of the connection has to arrive here before the next call.
        await setImmediate();
      }
    }

    expect({ answered, connections }).toEqual({ answered: 6, connections: 2 });
  });
});

describe('many at once', () => {
  it('sends each of 300 calls once, more than there are connections', async () => {
    const app = await startTestApp({ quota: [] });

    const responses = await Promise.all(
      Array.from({ length: 300 }, (_, index) => app.resend(index % 3 === 0 ? '1602' : '1001')),
    );

    const members = responses.map((response) => response.data?.resendDvEmails?.__typename);
    expect(members.filter((member) => member === 'ResendDvEmailsSuccess')).toHaveLength(200);
    expect(members.filter((member) => member === 'ResendDvEmailsUpstreamError')).toHaveLength(100);
    expect(app.takeUpstreamRequests()).toHaveLength(300);
    expect(app.outbox).toHaveLength(300);
  });
});

/** Says when the head of a response has arrived, and otherwise changes nothing. */
function tapResponseStart(pool: Dispatcher, onStart: () => void): Dispatcher {
  return pool.compose(
    (dispatch) => (options, handler) =>
      dispatch(options, {
        onRequestStart: (...args) => handler.onRequestStart?.(...args),
        onResponseStart: (...args) => {
          handler.onResponseStart?.(...args);
          onStart();
        },
        onResponseData: (...args) => handler.onResponseData?.(...args),
        onResponseEnd: (...args) => handler.onResponseEnd?.(...args),
        onResponseError: (...args) => handler.onResponseError?.(...args),
      }),
  );
}
