// How many CONNECTs a forward proxy gets, and what its responses mean.
import type { Socket } from 'node:net';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { createConnector } from '../../src/egress/connector';
import { parseNoProxy, parseProxy } from '../../src/egress/proxy';
import { answer, closeAtOnce, hangOn, startForwardProxy } from '../support/forward-proxy';
import { startTestApp, type TestApp } from '../support/test-app';

/** Attempts that the gateway made, by its own account. */
const attemptsOf = ({ log }: TestApp) =>
  log
    .filter(({ event }) => event === 'resend.completed')
    .reduce((sum, { upstreamAttempts }) => sum + Number(upstreamAttempts ?? 0), 0);

/** Until what was due at once has been done. */
async function settle(): Promise<void> {
  for (let turn = 0; turn < 200; turn += 1) {
    await nextTurn();
  }
}

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

    // Two that wait for the same connection fail with it.
    expect(attemptsOf(app)).toBe(24);
    const connects = proxy.connects.length;
    expect(connects).toBeGreaterThanOrEqual(8);
    expect(connects).toBeLessThanOrEqual(24);
    await settle();
    expect(proxy.connects).toHaveLength(connects);
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
