// The way out through a forward proxy: what uses it, how often it is asked, and what of it is ever written.

import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { createConnector } from '../../src/egress/connector';
import { parseNoProxy, parseProxy } from '../../src/egress/proxy';
import { startSimulator } from '../../src/simulator/simulator';
import { closeLater } from '../support/close-later';
import { answer, closeAtOnce, hangOn, startForwardProxy, tunnel } from '../support/forward-proxy';
import { ask, createKey, sign, startProvider, startWithTokens } from '../support/identity';
import { startGateway } from '../support/program';
import { startTestApp, type TestApp } from '../support/test-app';

const USER = 'egress-user';
const PASSWORD = 'p@ss/word-that-must-not-leak';

const withCredentials = (url: string) =>
  url.replace('//', `//${USER}:${encodeURIComponent(PASSWORD)}@`);

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
      level: reason === 'MISCONFIGURED' ? 50 : 30,
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

describe('what uses the proxy', () => {
  async function startAll(environment: Record<string, string>) {
    const proxy = await startForwardProxy();
    const collector = createServer((_request, response) => response.end('{}')).listen(
      0,
      '127.0.0.1',
    );
    await once(collector, 'listening');
    closeLater(() => collector.close());
    const simulator = await startSimulator();
    closeLater(() => simulator.close());
    const { port } = collector.address() as AddressInfo;
    const { origin: issuer } = new URL(simulator.baseUrl);
    const { program, url } = await startGateway({
      HTTP_PROXY: withCredentials(proxy.url),
      DIGICERT_API_KEY: 'key',
      DIGICERT_BASE_URL: simulator.baseUrl,
      AUTH_JWKS_URL: `${issuer}/jwks.json`,
      AUTH_ISSUER: issuer,
      AUTH_AUDIENCE: 'dv-email-gateway',
      OTEL_EXPORTER_OTLP_ENDPOINT: `http://127.0.0.1:${port}`,
      LOG_LEVEL: 'trace',
      ...environment,
    });
    const token = await (await fetch(`${issuer}/token`)).text();
    const response = await fetch(url, {
      method: 'POST',
      headers: { 'content-type': 'application/json', authorization: `Bearer ${token}` },
      body: JSON.stringify({
        query: 'mutation { resendDvEmails(orderId: "1001") { __typename } }',
      }),
    });
    expect(await response.json()).toEqual({
      data: { resendDvEmails: { __typename: 'ResendDvEmailsSuccess' } },
    });
    program.kill('SIGTERM');
    await program.closed;
    return {
      proxy,
      printed: Object.values(program.printed()).join(''),
      targets: { digicert: new URL(issuer).host, collector: `127.0.0.1:${port}` },
    };
  }

  it('is DigiCert, the keys and the spans, with the credentials, which nothing shows', async () => {
    const { proxy, printed, targets } = await startAll({});

    // The simulator has the keys too.
    expect([...proxy.connects].sort()).toEqual(
      [targets.digicert, targets.digicert, targets.collector].sort(),
    );
    expect(proxy.headers()).toMatchObject({
      'proxy-authorization': `Basic ${Buffer.from(`${USER}:${PASSWORD}`).toString('base64')}`,
    });
    expect(printed).not.toContain('tracing.failed');
    expectNoCredentials(printed);
  });

  it('is nothing of what NO_PROXY names', async () => {
    const { proxy } = await startAll({ NO_PROXY: 'localhost,127.0.0.0/8' });

    expect(proxy.connects).toEqual([]);
  });

  it('is never the simulator that stands in for DigiCert', async () => {
    const proxy = await startForwardProxy();
    const { url } = await startGateway({ HTTP_PROXY: proxy.url, HTTPS_PROXY: proxy.url });

    const response = await fetch(url, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({
        query: 'mutation { resendDvEmails(orderId: "1001") { __typename } }',
      }),
    });

    expect(await response.json()).toEqual({
      data: { resendDvEmails: { __typename: 'ResendDvEmailsSuccess' } },
    });
    expect(proxy.connects).toEqual([]);
  });

  it('is the discovery document, and a proxy that refuses makes tokens 503', async () => {
    const key = await createKey();
    const provider = await startProvider(key);
    const proxy = await startForwardProxy(answer(407));
    const { origin, host } = new URL(provider.jwksUrl);
    const app = await startWithTokens(provider, {
      environment: {
        AUTH_JWKS_URL: '',
        AUTH_ISSUER: origin,
        HTTP_PROXY: withCredentials(proxy.url),
      },
    });
    const token = await sign(key, { iss: origin });

    expect(await ask(app, token)).toBe('503 SERVICE_UNAVAILABLE');
    expect(new Set(proxy.connects)).toEqual(new Set([host]));
    expect(app.logText()).toContain('The proxy answers CONNECT with 407.');
    expectNoCredentials(app.logText());

    proxy.onConnect = tunnel;
    provider.respond = ({ url }, response) => {
      const keys = { keys: [key.jwk] };
      const document = { issuer: origin, jwks_uri: provider.jwksUrl };
      response.end(JSON.stringify(url === '/jwks.json' ? keys : document));
    };
    app.clock.advance(5_000);
    expect(await ask(app, token)).toBe('200');
    app.takeUpstreamRequests();
  });

  it('shows its password nowhere when it is refused', async () => {
    const proxy = await startForwardProxy(answer(407));
    const app = await startTestApp({
      environment: { HTTP_PROXY: withCredentials(proxy.url), METRICS_PORT: '0' },
    });

    const response = await app.resend('1001');
    const metrics = await (await fetch(app.metricsUrl ?? '')).text();

    expectNoCredentials(JSON.stringify(response) + app.logText() + metrics);
  });
});

function expectNoCredentials(text: string): void {
  const encoded = Buffer.from(`${USER}:${PASSWORD}`).toString('base64');
  for (const secret of [USER, PASSWORD, encodeURIComponent(PASSWORD), encoded]) {
    expect(text).not.toContain(secret);
  }
}

describe('a connection', () => {
  it('is left for a new one after a minute of use, and no call notices', async () => {
    const ports = new Set<number | undefined>();
    const server = createServer((request, response) => {
      ports.add(request.socket.remotePort);
      response.writeHead(204).end();
    }).listen(0, '127.0.0.1');
    await once(server, 'listening');
    closeLater(() => server.close());
    const { port } = server.address() as AddressInfo;
    const app = await startTestApp({ baseUrl: `http://127.0.0.1:${port}/services/v2` });
    const connectionsAfter = async (seconds: number) => {
      for (let passed = 0; passed < seconds; passed += 1) {
        app.clock.advance(1_000);
        const { data } = await app.resend('1001');
        expect(data?.resendDvEmails?.__typename).toBe('ResendDvEmailsSuccess');
      }
      return ports.size;
    };

    expect(await connectionsAfter(60)).toBe(1);
    expect(await connectionsAfter(1)).toBe(2);
    expect(await connectionsAfter(59)).toBe(2);
    expect(await connectionsAfter(1)).toBe(3);
  });
});
