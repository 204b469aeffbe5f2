// What uses the way out through a forward proxy, and what of it is ever written; and for how long a connection is used.
import { once } from 'node:events';
import { createServer, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { startSimulator } from '../../src/simulator/simulator';
import { closeLater } from '../support/close-later';
import { answer, startForwardProxy, tunnel } from '../support/forward-proxy';
import { ask, createKey, sign, startProvider, startWithTokens } from '../support/identity';
import { startGateway } from '../support/program';
import { settle, settleUntil } from '../support/settle';
import { startTestApp } from '../support/test-app';

const USER = 'egress-user';
const PASSWORD = 'p@ss/word-that-must-not-leak';

const withCredentials = (url: string) =>
  url.replace('//', `//${USER}:${encodeURIComponent(PASSWORD)}@`);

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
  /** DigiCert, which accepts when told so, and the ports it was called from. */
  async function startCounting(answer: (response: ServerResponse) => void) {
    const ports: (number | undefined)[] = [];
    const server = createServer((request, response) => {
      ports.push(request.socket.remotePort);
      answer(response);
    }).listen(0, '127.0.0.1');
    await once(server, 'listening');
    closeLater(() => server.close());
    const { port } = server.address() as AddressInfo;
    const app = await startTestApp({
      baseUrl: `http://127.0.0.1:${port}/services/v2`,
      environment: { DIGICERT_CONCURRENCY: '2', DIGICERT_TIMEOUT_MS: '120000' },
    });
    return { app, ports, server };
  }

  it('is left for a new one after a minute of use, and no call notices', async () => {
    const { app, ports } = await startCounting((response) => response.writeHead(204).end());
    const connectionsAfter = async (seconds: number) => {
      for (let passed = 0; passed < seconds; passed += 1) {
        app.clock.advance(1_000);
        const { data } = await app.resend('1001');
        expect(data?.resendDvEmails?.__typename).toBe('ResendDvEmailsSuccess');
      }
      return new Set(ports).size;
    };

    // The first call comes after a second; the one a minute later is the last.
    expect(await connectionsAfter(61)).toBe(1);
    expect(await connectionsAfter(1)).toBe(2);
    expect(await connectionsAfter(60)).toBe(2);
    expect(await connectionsAfter(1)).toBe(3);
  });

  it('is left for no new one while its call is in flight, so the bound on connections holds', async () => {
    const waiting: ServerResponse[] = [];
    const { app, ports } = await startCounting((response) => waiting.push(response));
    const calls = ['1001', '1002'].map((orderId) => app.resend(orderId));
    await settleUntil(() => waiting.length === 2);
    app.clock.advance(61_000);
    calls.push(app.resend('1006'), app.resend('1007'));
    await settle();
    expect(ports).toHaveLength(2);

    for (let answered = 0; answered < 4; answered += 1) {
      await settleUntil(() => waiting.length > answered);
      waiting[answered]?.writeHead(204).end();
    }
    for (const { data } of await Promise.all(calls)) {
      expect(data?.resendDvEmails?.__typename).toBe('ResendDvEmailsSuccess');
    }
  });

  it('takes the place of one that was cut off with its call, and is no further one', async () => {
    const waiting: ServerResponse[] = [];
    const { app, server } = await startCounting((response) => waiting.push(response));
    for (let round = 0; round < 5; round += 1) {
      waiting.length = 0;
      const cutOff = ['1001', '1002'].map((orderId) => app.resend(orderId));
      await settleUntil(() => waiting.length === 2);
      app.clock.advance(60_000);
      const answered = ['1006', '1007'].map((orderId) => app.resend(orderId));
      await settle();
      app.clock.advance(60_000);
      for (const { data } of await Promise.all(cutOff)) {
        expect(data?.resendDvEmails).toMatchObject({ reason: 'OUTCOME_UNKNOWN' });
      }
      await settleUntil(() => waiting.length === 4);
      waiting.slice(2).map((response) => response.writeHead(204).end());
      for (const { data } of await Promise.all(answered)) {
        expect(data?.resendDvEmails?.__typename).toBe('ResendDvEmailsSuccess');
      }
    }
    await settle();

    expect(await countConnections(server)).toBe(2);
  });
});

function countConnections(server: Server): Promise<number> {
  return new Promise((resolve) => server.getConnections((_error, count) => resolve(count)));
}
