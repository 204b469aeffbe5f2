// How many CONNECTs a forward proxy gets, and what its responses mean.
import { once } from 'node:events';
import { type AddressInfo, createServer, type Socket } from 'node:net';
import { createConnector } from '../../src/egress/connector';
import { parseNoProxy, parseProxy } from '../../src/egress/proxy';
import { closeLater } from '../support/close-later';
import { answer, closeAtOnce, hangOn, startForwardProxy } from '../support/forward-proxy';
import { settle } from '../support/settle';
import { describeRequest, startTestApp, type TestApp } from '../support/test-app';

/** Attempts that the gateway made, by its own account. */
const attemptsOf = ({ log }: TestApp) =>
  log
    .filter(({ event }) => event === 'resend.completed')
    .reduce((sum, { upstreamAttempts }) => sum + Number(upstreamAttempts ?? 0), 0);

describe('CONNECT', () => {
  it('is asked once per try of a proxy that closes, and never after the response', async () => {
    const proxy = await startForwardProxy(closeAtOnce);
    const app = await startTestApp({ environment: { HTTP_PROXY: proxy.url } });

    const response = await app.resend('1001');

    expect(response.data?.resendDvEmails).toMatchObject({
      reason: 'UNREACHABLE',
      emailsMayHaveBeenSent: false,
    });
    expect(proxy.connects).toHaveLength(3);
    expect(attemptsOf(app)).toBe(3);
    await settle();
    expect(proxy.connects).toHaveLength(3);
  });

  it('is asked once per try by many at once, more than there are connections', async () => {
    const proxy = await startForwardProxy(closeAtOnce);
    const app = await startTestApp({
      environment: {
        HTTP_PROXY: proxy.url,
        DIGICERT_CONCURRENCY: '4',
        DIGICERT_BREAKER_SECONDS: '0',
        RESEND_COOLDOWN_SECONDS: '0',
      },
    });

    await Promise.all(Array.from({ length: 8 }, () => app.resend('1001')));

    expect(attemptsOf(app)).toBe(24);
    expect(proxy.connects).toHaveLength(24);
    await settle();
    expect(proxy.connects).toHaveLength(24);
  });

  it('is not asked for calls whose deadline has passed while they waited for a connection', async () => {
    const proxy = await startForwardProxy(hangOn);
    const app = await startTestApp({
      environment: {
        HTTP_PROXY: proxy.url,
        DIGICERT_CONCURRENCY: '1',
        RESEND_COOLDOWN_SECONDS: '0',
      },
    });
    const hanging = new Promise<() => void>((resolve) => {
      proxy.onConnect = (_request, socket) => resolve(() => socket.destroy());
    });

    const responses = Promise.all([app.resend('1001'), app.resend('1001')]);
    const end = await hanging;
    // Until the second one waits for that connection too.
    await settle();
    app.clock.advance(10_000);
    for (const { data } of await responses) {
      expect(data?.resendDvEmails).toMatchObject({ reason: 'UNREACHABLE' });
    }
    end();
    await settle();

    expect(proxy.connects).toHaveLength(1);
  });

  it('is not asked again for a call that was cut off by its deadline', async () => {
    const proxy = await startForwardProxy();
    const app = await startTestApp({ environment: { HTTP_PROXY: proxy.url } });

    const response = app.resend('1504');
    await app.nextUpstreamRequest();
    app.clock.advance(10_000);

    expect((await response).data?.resendDvEmails).toMatchObject({ reason: 'OUTCOME_UNKNOWN' });
    await settle();
    expect(proxy.connects).toHaveLength(1);
    expect(app.takeUpstreamRequests().map(describeRequest)).toEqual(['PUT 1504']);
  });

  it('ends with the call that waits for it', async () => {
    const proxy = await startForwardProxy(hangOn);
    const app = await startTestApp({ environment: { HTTP_PROXY: proxy.url } });
    const connected = new Promise<Socket>((resolve) => {
      proxy.onConnect = (_request, socket) => resolve(socket);
    });

    const response = app.resend('1001');
    const socket = (await connected).resume();
    app.clock.advance(9_999);
    await settle();
    expect(socket.readableEnded).toBe(false);
    app.clock.advance(1);

    expect((await response).data?.resendDvEmails).toMatchObject({ reason: 'UNREACHABLE' });
    await settle();
    expect(socket.readableEnded).toBe(true);
    expect(proxy.connects).toHaveLength(1);
  });

  it('times out', async () => {
    const proxy = await startForwardProxy(hangOn);
    const connect = createConnector(
      { httpProxy: parseProxy(proxy.url), httpsProxy: undefined, isExempt: parseNoProxy('') },
      20,
    );

    const error = await new Promise((resolve) =>
      connect({ protocol: 'http:', hostname: '::1', port: '' }, (...[error]) => resolve(error)),
    );

    expect(error).toMatchObject({ code: 'PROXY_TIMEOUT' });
    expect(proxy.connects).toEqual(['[::1]:80']);
  });

  it.each([
    [403, 'MISCONFIGURED', 1],
    [404, 'MISCONFIGURED', 1],
    [407, 'MISCONFIGURED', 1],
    [408, 'UNREACHABLE', 3],
    [429, 'UNREACHABLE', 3],
    [301, 'UNREACHABLE', 3],
    [503, 'UNREACHABLE', 3],
  ])('answered with %i is %s after %i tries', async (status, reason, tries) => {
    const proxy = await startForwardProxy(answer(status));
    const app = await startTestApp({ environment: { HTTP_PROXY: proxy.url } });

    expect((await app.resend('1001')).data?.resendDvEmails).toMatchObject({
      reason,
      retryable: reason === 'UNREACHABLE',
      emailsMayHaveBeenSent: false,
    });
    expect(app.log.at(-1)).toMatchObject({
      upstreamErrorCode: `PROXY_${status}`,
      upstreamAttempts: tries,
      ...(reason === 'MISCONFIGURED'
        ? { level: 50, msg: 'the proxy of HTTPS_PROXY refuses the gateway: nothing was sent' }
        : { level: 30 }),
    });
    expect(proxy.connects).toHaveLength(tries);
  });

  it('that is followed by bytes of another than the server sends nothing', async () => {
    const proxy = await startForwardProxy((_request, socket) =>
      socket.write('HTTP/1.1 200 OK\r\n\r\nHTTP/1.1 204 No Content\r\n\r\n'),
    );
    const app = await startTestApp({ environment: { HTTP_PROXY: proxy.url } });

    expect((await app.resend('1001')).data?.resendDvEmails).toMatchObject({
      reason: 'UNREACHABLE',
    });
  });
});

it.each([
  ['through a proxy', true],
  ['without one', false],
])('a TLS handshake %s ends with the call that waits for it', async (_name, isProxied) => {
  const proxy = await startForwardProxy();
  const silent = createServer().listen(0, '127.0.0.1');
  closeLater(() => silent.close());
  await once(silent, 'listening');
  const { port } = silent.address() as AddressInfo;
  const app = await startTestApp({
    baseUrl: `https://127.0.0.1:${port}/services/v2`,
    environment: isProxied ? { HTTPS_PROXY: proxy.url } : {},
  });

  const response = app.resend('1001');
  const [socket] = (await once(silent, 'connection')) as [Socket];
  await once(socket, 'data');
  app.clock.advance(10_000);

  expect((await response).data?.resendDvEmails).toMatchObject({
    reason: 'UNREACHABLE',
    emailsMayHaveBeenSent: false,
  });
  await settle();
  socket.resume();
  await settle();
  expect(socket.closed).toBe(true);
  expect(proxy.connects).toHaveLength(isProxied ? 1 : 0);
});
