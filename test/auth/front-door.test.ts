// Who needs a token at all, and what is answered before anything else of a request is read.
import { connect } from 'node:net';
import {
  ask,
  createKey,
  GOOD,
  MUTATION,
  type SigningKey,
  sign,
  startProvider,
  startWithTokens,
} from '../support/identity';
import { startTestApp, type TestApp } from '../support/test-app';

let key: SigningKey;

beforeAll(async () => {
  key = await createKey();
});

const start = async () => startWithTokens(await startProvider(key));

/** Sends these headers, then as much of a body as there is, and reads until a response is whole or ends. */
function talk(app: TestApp, headers: readonly string[], body = ''): Promise<string> {
  return new Promise((resolve, reject) => {
    const { port } = new URL(app.url);
    const socket = connect(Number(port), '127.0.0.1', () => {
      const lines = ['POST /graphql HTTP/1.1', 'Host: gateway', ...headers];
      socket.write(`${lines.join('\r\n')}\r\n\r\n${body}`, 'latin1');
    });
    let response = '';
    socket.setEncoding('latin1').on('data', (text) => {
      response += text;
      if (/\r\n\r\n\{.*\}$/s.test(response)) {
        socket.destroy();
        resolve(response);
      }
    });
    socket.on('error', reject).on('close', () => resolve(response));
  });
}

const JSON_BODY = ['Content-Type: application/json', 'Content-Length: 1000'];

describe('a request without a token', () => {
  it.each<[string, string | undefined]>([
    ['no Authorization', undefined],
    ['an empty one', ''],
    ['another scheme', 'Basic dXNlcjpwYXNz'],
    ['a scheme alone', 'Bearer'],
    ['a scheme and blanks', 'Bearer    '],
    ['two tokens', 'Bearer a b'],
    ['two tokens and a comma', 'Bearer a, Bearer b'],
    ['a token with a tab behind the scheme', 'Bearer\tx'],
    ['a token with a no-break space in it', 'Bearer a\u00a0b'],
    ['a scheme that only begins like it', 'Bearers x'],
    ['a token without a scheme', 'eyJhbGciOiJFUzI1NiJ9.e30.AAAA'],
  ])('needs one, before its body is read: %s', async (_name, authorization) => {
    const app = await start();
    for (const body of [JSON.stringify(MUTATION), '{', '', 'x'.repeat(200_000)]) {
      const response = await app.post(body, authorization === undefined ? {} : { authorization });
      expect(response.status).toBe(401);
      expect(response.headers.get('www-authenticate')).toBe('Bearer');
      expect(response.headers.get('content-type')).toBe('application/json; charset=utf-8');
      expect(await response.json()).toEqual({
        errors: [
          {
            message: 'Send an access token: Authorization: Bearer <token>.',
            extensions: { code: 'UNAUTHENTICATED', correlationId: 'test-request' },
          },
        ],
      });
    }
  });

  it('is refused while its body is still to come, for any body', async () => {
    const app = await start();
    for (const headers of [
      JSON_BODY,
      ['Content-Type: text/plain', 'Content-Length: 1000'],
      [...JSON_BODY, 'Content-Encoding: gzip'],
      ['Content-Type: application/json', 'Content-Length: 1000000000'],
      ['Content-Type: application/json', 'Transfer-Encoding: chunked'],
    ]) {
      expect(await talk(app, headers)).toMatch(/^HTTP\/1\.1 401 .*"code":"UNAUTHENTICATED"/s);
    }
  });

  it('is refused by GET as by POST', async () => {
    const app = await start();
    for (const search of [
      '?query={__typename}',
      '?%71uery={__typename}',
      '?a=b&query={__typename}',
      '?query',
      '?extensions={"persistedQuery":{}}',
    ]) {
      for (const accept of ['text/html', 'application/json']) {
        const response = await fetch(app.url + search, {
          headers: { accept, 'apollo-require-preflight': '1' },
        });
        expect([search, accept, response.status]).toEqual([search, accept, 401]);
      }
    }
  });

  it('can be told apart by its own correlation id', async () => {
    const app = await start();
    const response = await fetch(app.url, { method: 'POST' });
    const correlationId = response.headers.get('x-request-id');
    expect(correlationId).toMatch(/^[0-9a-f-]{36}$/);
    expect(await response.json()).toMatchObject({ errors: [{ extensions: { correlationId } }] });
    expect(app.log).toContainEqual(
      expect.objectContaining({ event: 'auth.refused', correlationId, code: 'UNAUTHENTICATED' }),
    );
  });

  it('gets the page, a preflight and the health checks', async () => {
    const app = await start();
    const page = await fetch(app.url, { headers: { accept: 'text/html' } });
    expect([page.status, page.url, page.headers.get('content-type')]).toEqual([
      200,
      new URL('/', app.url).href,
      'text/html; charset=utf-8',
    ]);
    const [, script] = /src="(explorer[^"]+)"/.exec(await page.text()) ?? [];
    expect((await fetch(new URL(`/${script}`, app.url))).status).toBe(200);
    const preflight = await fetch(app.url, {
      method: 'OPTIONS',
      headers: {
        origin: 'https://studio.apollographql.com',
        'access-control-request-method': 'POST',
        'access-control-request-headers': 'authorization,content-type',
      },
    });
    expect(preflight.status).toBe(204);
    expect(preflight.headers.get('access-control-allow-headers')).toContain('authorization');
    for (const path of ['/livez', '/readyz']) {
      expect((await fetch(new URL(path, app.url))).status).toBe(200);
    }
  });

  it('gets no page where there is none', async () => {
    const { jwksUrl } = await startProvider(key);
    const app = await startWithTokens({ jwksUrl } as never, { environment: { EXPLORER: 'off' } });
    expect((await fetch(app.url, { headers: { accept: 'text/html' } })).status).toBe(401);
  });

  it('may be read as refused by a page of an origin that may call', async () => {
    const app = await start();
    const origin = 'https://studio.apollographql.com';
    const response = await app.post(MUTATION, { origin });
    expect([response.status, response.headers.get('access-control-allow-origin')]).toEqual([
      401,
      origin,
    ]);
  });
});

describe('a request with a token', () => {
  it('that is bad is refused, without the reason', async () => {
    const app = await start();
    const forged = await sign(await createKey());
    for (const token of [await sign(key, { exp: 1 }), await sign(key, { aud: 'x' }), forged, 'x']) {
      const response = await app.post('{', { authorization: `Bearer ${token}` });
      expect(response.status).toBe(401);
      expect(response.headers.get('www-authenticate')).toBe('Bearer error="invalid_token"');
      expect(await response.json()).toEqual({
        errors: [
          {
            message: 'The access token is not valid, or not any more.',
            extensions: { code: 'UNAUTHENTICATED', correlationId: 'test-request' },
          },
        ],
      });
    }
  });

  it.each(['Bearer ', 'bearer ', 'BEARER ', 'Bearer    '])('may write %j', async (scheme) => {
    const app = await start();
    const response = await app.post(MUTATION, { authorization: scheme + (await sign(key)) });
    expect(response.status).toBe(200);
    app.takeUpstreamRequests();
  });

  // Node keeps the first of two; no caller gets in by one that comes behind a bad one.
  it('that has another Authorization before it is refused', async () => {
    const app = await start();
    const token = `Authorization: Bearer ${await sign(key)}`;
    for (const first of ['Authorization: Bearer x', 'Authorization: Basic x', 'Authorization:']) {
      expect(await talk(app, [...JSON_BODY, first, token])).toMatch(/^HTTP\/1\.1 401 /);
    }
  });

  it('that is good gets no further with an invalid body', async () => {
    const app = await start();
    const response = await app.post('{', { authorization: `Bearer ${await sign(key)}` });
    expect(response.status).toBe(400);
  });
});

describe('every caller is accepted', () => {
  it.each<Record<string, string>>([{}, { AUTH: 'none' }, { NODE_ENV: 'production', AUTH: 'none' }])(
    'where the settings are %j',
    async (environment) => {
      const app = await startTestApp({ environment });
      expect((await app.post(MUTATION)).status).toBe(200);
      expect(await ask(app, 'any')).toBe(GOOD);
      expect(app.takeUpstreamRequests()).toHaveLength(2);
    },
  );
});
