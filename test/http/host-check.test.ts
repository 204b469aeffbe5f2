// Which hosts a request may name, where every program on this machine may call and no other should.
import { connect } from 'node:net';
import { startTestApp, type TestApp } from '../support/test-app';

const TOKENS = {
  AUTH_JWKS_URL: 'http://127.0.0.1:9/jwks.json',
  AUTH_ISSUER: 'https://id.example.com/',
  AUTH_AUDIENCE: 'dv-email-gateway',
};

/** The head and the body of the response to the bytes of a request. */
function send(app: TestApp, lines: readonly string[]): Promise<readonly [string, string]> {
  const { hostname, port } = new URL(app.url);
  return new Promise((resolve, reject) => {
    let response = '';
    connect(Number(port), hostname.replace(/^\[|\]$/g, ''))
      .setEncoding('utf8')
      .on('data', (text) => {
        response += text;
      })
      .on('error', reject)
      .on('close', () => {
        const [head = '', body = ''] = response.split('\r\n\r\n');
        resolve([head, body]);
      })
      .end([...lines, 'Connection: close', '', ''].join('\r\n'));
  });
}

/** The status of a response, and the error's code if there is one. */
async function ask(
  app: TestApp,
  host: string,
  { target = 'GET /livez', headers = [] as readonly string[] } = {},
): Promise<string> {
  const [head, body] = await send(app, [`${target} HTTP/1.1`, `Host: ${host}`, ...headers]);
  const code = /"code":"(\w+)"/.exec(body)?.[1];
  return [/^HTTP\/1\.1 (\d+)/.exec(head)?.[1], ...(code ? [code] : [])].join(' ');
}

const MISDIRECTED = '421 MISDIRECTED_REQUEST';

describe('a gateway without credentials on a loopback address', () => {
  let app: TestApp;

  beforeAll(async () => {
    app = await startTestApp();
  });

  it.each([
    'localhost',
    'LocalHost',
    'localhost:4000',
    'localhost:1',
    '127.0.0.1',
    '127.0.0.1:5173',
    '[::1]',
    '[::1]:4000',
  ])('is called by %s', async (host) => {
    expect(await ask(app, host)).toBe('200');
  });

  it.each([
    'evil.example',
    'evil.example:4000',
    'localhost.',
    'localhost.:4000',
    'localhost.evil.example',
    'evil.localhost',
    'evil.example#localhost',
    'evil@localhost',
    'localhost:4000@evil.example',
    '127.0.0.1.evil.example',
    '127.0.0.1.',
    '127.0.0.2',
    '127.1',
    '2130706433',
    '0x7f.0.0.1',
    '0.0.0.0',
    '[::]',
    '[::ffff:127.0.0.1]',
    '[0:0:0:0:0:0:0:1]',
    '192.168.0.1',
  ])('is not called by %s', async (host) => {
    expect(await ask(app, host)).toBe(MISDIRECTED);
  });

  it('says what to do, in the shape of every error', async () => {
    const [head, body] = await send(app, ['GET / HTTP/1.1', 'Host: evil.example']);

    expect(head).toMatch(/^HTTP\/1\.1 421 Misdirected Request\r\n/);
    expect(head).toMatch(/^content-type: application\/json; charset=utf-8$/im);
    expect(JSON.parse(body)).toEqual({
      errors: [
        {
          message:
            'Without credentials this gateway is for its own machine: call it by localhost, 127.0.0.1 or [::1], or set ROUTER_SECRET or AUTH_JWKS_URL, so that it asks for credentials.',
          extensions: {
            code: 'MISDIRECTED_REQUEST',
            correlationId: /^x-request-id: (.*)$/im.exec(head)?.[1],
          },
        },
      ],
    });
  });

  it('sends nothing for a page under another name', async () => {
    const body = JSON.stringify({
      query: 'mutation { resendDvEmails(orderId: "1001") { __typename } }',
    });
    const [head] = await send(app, [
      'POST /graphql HTTP/1.1',
      'Host: evil.example:4000',
      'Origin: http://evil.example:4000',
      'Content-Type: application/json',
      `Content-Length: ${body.length}`,
      'Connection: close',
      '',
      body,
    ]);

    expect(head).toMatch(/^HTTP\/1\.1 421 /);
    expect(app.takeUpstreamRequests()).toEqual([]);
  });

  it('is the same on every path, for every method', async () => {
    for (const target of [
      'GET /',
      'GET /graphql?query=%7B__typename%7D',
      'GET /explorer/sandbox.js',
      'HEAD /readyz',
      'DELETE /graphql',
      'GET /nothing',
    ]) {
      expect(await ask(app, 'evil.example', { target })).toMatch(/^421/);
    }
  });

  it('allows no call to a page under another name, and lets a page of a listed origin read why', async () => {
    const app = await startTestApp({ environment: { CORS_ORIGINS: 'https://app.example' } });
    const from = (origin: string) => ['Host: other.example', `Origin: ${origin}`];
    const preflight = ['OPTIONS /graphql HTTP/1.1', 'Access-Control-Request-Method: POST'];

    const ofOther = await send(app, [...preflight, ...from('http://other.example')]);
    const ofListed = await send(app, [...preflight, ...from('https://app.example')]);
    const call = await send(app, ['GET /graphql HTTP/1.1', ...from('https://app.example')]);

    expect(ofOther[0]).not.toMatch(/^access-control-allow-origin:/im);
    expect(ofListed[0]).toMatch(/^access-control-allow-origin: https:\/\/app\.example$/im);
    expect(call[0]).toMatch(/^HTTP\/1\.1 421 /);
    expect(call[0]).toMatch(/^access-control-allow-origin: https:\/\/app\.example$/im);
  });

  it('uses the Host header, not what a trusted proxy says', async () => {
    const app = await startTestApp({ environment: { TRUSTED_PROXIES: '127.0.0.1' } });
    const say = (host: string) => ({ headers: [`X-Forwarded-Host: ${host}`] });

    expect(await ask(app, '127.0.0.1', say('gateway.example'))).toBe('200');
    expect(await ask(app, 'evil.example', say('localhost'))).toBe(MISDIRECTED);
  });

  it.each(['localhost', '::1', '127.0.0.1'])('may listen on %s', async (HOST) => {
    const app = await startTestApp({ environment: { HOST } });
    expect([await ask(app, 'localhost'), await ask(app, 'evil.example')]).toEqual([
      '200',
      MISDIRECTED,
    ]);
  });

  it('is called by its own loopback address too', async () => {
    const app = await startTestApp({ environment: { HOST: '127.0.0.2' } });
    expect([
      await ask(app, '127.0.0.2:4000'),
      await ask(app, 'localhost'),
      await ask(app, '127.0.0.3'),
    ]).toEqual(['200', '200', MISDIRECTED]);
  });

  it('is open by word, in production too', async () => {
    const app = await startTestApp({ environment: { NODE_ENV: 'production', AUTH: 'none' } });
    expect(await ask(app, 'evil.example')).toBe(MISDIRECTED);
  });
});

describe('any host is taken', () => {
  it.each<[string, Record<string, string>]>([
    ['a router shows its secret', { ROUTER_SECRET: 'a-secret-of-the-router' }],
    ['callers show access tokens', TOKENS],
    ['the gateway listens on every address', { HOST: '0.0.0.0' }],
    ['the gateway listens on every address, of IPv6 too', { HOST: '::' }],
  ])('where %s', async (_name, environment) => {
    expect(await ask(await startTestApp({ environment }), 'gateway.example')).toBe('200');
  });
});
