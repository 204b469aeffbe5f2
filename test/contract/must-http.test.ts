// What the HTTP edge promises of requests and answers.
import { connect } from 'node:net';
import { text } from 'node:stream/consumers';
import {
  at,
  expectHttpError,
  keepPromises,
  PRODUCTION,
  type Promised,
  QUERY,
} from '../support/promises';
import type { TestApp } from '../support/test-app';

/** All of the response to the lines of a request without a body. */
async function sendRaw(app: TestApp, ...lines: readonly string[]): Promise<string> {
  const { hostname, port } = new URL(app.url);
  const socket = connect(Number(port), hostname);
  socket.end([...lines, '', ''].join('\r\n'));
  return text(socket);
}

const UUID = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

const PROMISES: readonly Promised[] = [
  {
    id: 'P404',
    must: 'MUST answer every other path with a JSON 404',
    fn: async (app) => {
      for (const path of [
        '/index.html',
        '/favicon.ico',
        '/graphiql',
        '/explorer',
        '/explorer/',
        '/explorer/graphiql.js',
        '/explorer/..%2fpackage.json',
        '/GraphQL',
        '/.env',
        '/livez/x',
        '/%00',
        '/graphql/x',
        '/graphql//',
      ]) {
        await expectHttpError(await fetch(at(app, path)), 404, 'NOT_FOUND');
      }
      await expectHttpError(
        await fetch(at(app, '/x'), { method: 'POST', body: '{' }),
        404,
        'NOT_FOUND',
      );
    },
  },
  {
    id: 'H400',
    must: 'MUST answer malformed JSON with a JSON 400',
    fn: async (app) => {
      for (const body of [
        '{',
        '{"query":',
        'query',
        '{"query":"{__typename}"}x',
        '{"__proto__":{"x":1}}',
        '\u0000',
      ]) {
        await expectHttpError(await app.post(body), 400, 'BAD_REQUEST');
      }
      await expectHttpError(await app.post(''), 400, 'BAD_REQUEST');
    },
  },
  {
    id: 'U400',
    must: 'MUST answer a malformed URL with a JSON 400',
    fn: async (app) => {
      await expectHttpError(await fetch(at(app, '/%zz')), 400, 'BAD_REQUEST');
    },
  },
  {
    id: 'H413',
    must: 'MUST answer a body over 100 kB with a JSON 413, and take one of 100 kB',
    fn: async (app) => {
      const frame = JSON.stringify({ ...QUERY, extensions: { x: '' } }).length;
      const bodyOf = (bytes: number) =>
        JSON.stringify({ ...QUERY, extensions: { x: 'x'.repeat(bytes - frame) } });
      expect((await app.post(bodyOf(100_000))).status).toBe(200);
      await expectHttpError(await app.post(bodyOf(100_001)), 413, 'PAYLOAD_TOO_LARGE');
    },
  },
  {
    id: 'S413',
    must: 'MUST take the limit of the body from MAX_BODY_BYTES',
    environment: { MAX_BODY_BYTES: '1000' },
    fn: async (app) => {
      await expectHttpError(
        await app.post({ ...QUERY, extensions: { x: 'x'.repeat(1000) } }),
        413,
        'PAYLOAD_TOO_LARGE',
      );
    },
  },
  {
    id: 'H415',
    must: 'MUST answer every media type but JSON with a JSON 415',
    fn: async (app) => {
      for (const type of [
        'text/plain',
        'application/x-www-form-urlencoded',
        'multipart/form-data; boundary=x',
        'application/graphql',
        'application/xml',
        'nonsense',
      ]) {
        const response = await app.post(QUERY, { 'content-type': type });
        expect(response.headers.get('accept-encoding')).toBeNull();
        await expectHttpError(response, 415, 'UNSUPPORTED_MEDIA_TYPE');
      }
    },
  },
  {
    id: 'C415',
    must: 'MUST answer a body in another charset than UTF-8 with a JSON 415',
    fn: async (app) => {
      for (const charset of ['iso-8859-1', '"UTF-16"', 'utf-8x', '']) {
        const type = `application/json; charset=${charset}`;
        const response = await app.post(QUERY, { 'content-type': type });
        await expectHttpError(response, 415, 'UNSUPPORTED_MEDIA_TYPE');
      }
      for (const parameters of ['charset=UTF-8', 'v=1;charset="utf-8"', ' Charset=utf8', 'v=1']) {
        const type = `application/json;${parameters}`;
        expect((await app.post(QUERY, { 'content-type': type })).status).toBe(200);
      }
    },
  },
  {
    id: 'E415',
    must: 'MUST answer a body in a content coding with a JSON 415 that says so, and take identity',
    fn: async (app) => {
      for (const coding of ['gzip', 'br', 'identity, gzip']) {
        const response = await app.post(QUERY, { 'content-encoding': coding });
        expect(response.headers.get('accept-encoding')).toBe('identity');
        await expectHttpError(response, 415, 'UNSUPPORTED_MEDIA_TYPE');
      }
      expect((await app.post(QUERY, { 'content-encoding': 'Identity' })).status).toBe(200);
    },
  },
  {
    id: 'RTYP',
    must: 'MUST refuse in the media type that the client asked for',
    fn: async (app) => {
      const accept = 'application/graphql-response+json,application/json;q=0.9';
      for (const [path, headers, body, status] of [
        ['/graphql', {}, '{', 400],
        ['/graphql', {}, '{"query":"{"}', 400],
        ['/graphql', { 'content-type': 'text/plain' }, '{}', 415],
        ['/graphql', { 'content-encoding': 'gzip' }, '{}', 415],
        ['/graphql', {}, 'x'.repeat(100_001), 413],
        ['/nowhere', {}, '{}', 404],
        ['/%zz', {}, '{}', 400],
        ['/livez', {}, '{}', 405],
      ] as const) {
        const response = await fetch(at(app, path), {
          method: 'POST',
          headers: { 'content-type': 'application/json', accept, ...headers },
          body,
        });
        expect([path, response.status, response.headers.get('content-type')]).toEqual([
          path,
          status,
          'application/graphql-response+json; charset=utf-8',
        ]);
        expect(await response.json()).toMatchObject({
          errors: [{ extensions: { code: expect.any(String) } }],
        });
      }
    },
  },
  {
    id: 'H405',
    must: 'MUST answer a method that a path does not take with a JSON 405 and Allow',
    fn: async (app) => {
      for (const method of ['PUT', 'DELETE', 'PATCH', 'OPTIONS']) {
        const response = await fetch(app.url, { method });
        expect(response.headers.get('allow')).toBe('GET, HEAD, POST');
        await expectHttpError(response, 405, 'METHOD_NOT_ALLOWED');
      }
      const response = await fetch(at(app, '/livez'), { method: 'POST' });
      expect(response.headers.get('allow')).toBe('GET, HEAD, OPTIONS');
      await expectHttpError(response, 405, 'METHOD_NOT_ALLOWED');
    },
  },
  {
    id: 'HLTH',
    must: 'MUST answer /livez and /readyz without asking DigiCert',
    fn: async (app) => {
      for (const [path, fields] of [
        ['/livez', {}],
        ['/readyz', { breaker: 'closed', limits: 'memory' }],
      ] as const) {
        const response = await fetch(at(app, path));
        expect(response.status).toBe(200);
        expect(await response.json()).toEqual({ status: 'ok', ...fields });
      }
    },
  },
  {
    id: 'SLSH',
    must: 'MUST take a path with a slash at its end, and with two before it',
    fn: async (app) => {
      for (const path of ['/graphql/', '//graphql', '//graphql/', '/graphql/?x=1']) {
        const response = await fetch(at(app, path), {
          method: 'POST',
          headers: { 'content-type': 'application/json' },
          body: JSON.stringify(QUERY),
        });
        expect(await response.json()).toEqual({ data: { __typename: 'Query' } });
      }
      for (const path of ['/livez/', '//readyz', '/readyz?source=probe', '/livez/?']) {
        expect((await fetch(at(app, path))).status).toBe(200);
      }
      const page = { accept: 'text/html' };
      for (const [path, location] of [
        ['/graphql', './'],
        ['/graphql/', '../'],
        ['/graphql/?x=1', '../'],
      ] as const) {
        const response = await fetch(at(app, path), { headers: page, redirect: 'manual' });
        expect(response.headers.get('location')).toBe(location);
      }
    },
  },
  {
    id: 'HEAD',
    must: 'MUST answer HEAD as it answers GET, without the body',
    fn: async (app) => {
      const headers = { 'apollo-require-preflight': '1' };
      for (const [path, status] of [
        ['/', 200],
        ['/livez', 200],
        ['/nowhere', 404],
        ['/graphql?query=%7B__typename%7D', 200],
        ['/graphql', 400],
        ['/graphql?query=mutation%7B__typename%7D', 405],
      ] as const) {
        const response = await fetch(at(app, path), { method: 'HEAD', headers });
        const { headers: expected } = await fetch(at(app, path), { headers });
        expect([path, response.status, await response.text()]).toEqual([path, status, '']);
        for (const name of ['content-type', 'content-length', 'allow']) {
          // A page has another nonce each time, and every error another correlation id: both are of one length.
          expect(response.headers.get(name)).toBe(expected.get(name));
        }
      }
    },
  },
  {
    id: 'OPTH',
    must: 'MUST answer a health check by OPTIONS, and by HTTP/1.0 without a Host',
    fn: async (app) => {
      for (const path of ['/livez', '/readyz']) {
        const response = await fetch(at(app, path), { method: 'OPTIONS' });
        expect([response.status, await response.json()]).toMatchObject([200, { status: 'ok' }]);
      }
      for (const line of [
        'GET /livez HTTP/1.0',
        'OPTIONS /readyz HTTP/1.0',
        'HEAD /readyz HTTP/1.0',
      ]) {
        expect(await sendRaw(app, line)).toMatch(/^HTTP\/1\.1 200 /);
      }
      expect(await sendRaw(app, 'GET /livez HTTP/1.0', 'Host: evil.example')).toMatch(/ 421 /);
      expect(await sendRaw(app, 'GET /livez HTTP/1.1', 'Connection: close')).toMatch(/ 400 /);
    },
  },
  {
    id: 'HOS2',
    must: 'MUST refuse two Host headers, also where they are the same',
    fn: async (app) => {
      for (const second of ['Host: localhost', 'hOST: evil.example', 'Host:']) {
        const response = await sendRaw(
          app,
          'GET /livez HTTP/1.1',
          'Host: localhost',
          second,
          'Connection: close',
        );
        expect(response).toMatch(/^HTTP\/1\.1 400 /);
        expect(response).toContain('"code":"BAD_REQUEST"');
      }
    },
  },
  {
    id: 'HSTS',
    must: 'MUST ask for https of its own host alone',
    environment: PRODUCTION,
    fn: async (app) => {
      const { headers } = await fetch(at(app, '/livez'));
      expect(headers.get('strict-transport-security')).toBe('max-age=31536000');
    },
  },
  {
    id: 'RQID',
    must: 'MUST return a good x-request-id, and make one where it is missing or not fit for a log',
    fn: async (app) => {
      expect(
        (await app.post(QUERY, { 'x-request-id': 'abc-123_4.5:6' })).headers.get('x-request-id'),
      ).toBe('abc-123_4.5:6');
      for (const bad of ['', 'a b', 'x'.repeat(129), '"', '{}', 'é']) {
        const response = await app.post(QUERY, { 'x-request-id': bad });
        expect(response.headers.get('x-request-id')).toMatch(UUID);
      }
    },
  },
  {
    id: 'SECH',
    must: 'MUST send security headers with every response, and no name of the server',
    environment: PRODUCTION,
    fn: async (app) => {
      for (const response of [
        await app.post(QUERY),
        await fetch(at(app, '/nope')),
        await app.post('{'),
        await fetch(at(app, '/%zz')),
        await app.post(QUERY, { 'content-encoding': 'gzip' }),
        await fetch(app.url, { method: 'OPTIONS' }),
      ]) {
        const { headers } = response;
        expect(headers.get('content-security-policy')).toBe(
          "default-src 'none';frame-ancestors 'none';base-uri 'none'",
        );
        expect(headers.get('x-content-type-options')).toBe('nosniff');
        expect(headers.get('referrer-policy')).toBe('no-referrer');
        expect(headers.get('x-powered-by')).toBeNull();
        expect(headers.get('server')).toBeNull();
      }
    },
  },
  {
    id: 'H406',
    must: 'MUST refuse a media type it does not support before any email goes out',
    fn: async (app) => {
      for (const accept of ['image/png', 'application/json;q=0', 'text/plain', 'text/html']) {
        const response = await app.post(
          { query: 'mutation { resendDvEmails(orderId: "1001") { __typename } }' },
          { accept },
        );
        await expectHttpError(response, 406, 'NOT_ACCEPTABLE');
      }
      expect(app.takeUpstreamRequests()).toEqual([]);
      for (const accept of ['*/*', 'application/*', 'application/graphql-response+json']) {
        expect((await app.post(QUERY, { accept })).status).toBe(200);
      }
    },
  },
  {
    id: 'UP2X',
    must: 'MUST answer an upstream failure with HTTP 200: it is data',
    fn: async (app) => {
      const response = await app.post({
        query: 'mutation { resendDvEmails(orderId: "1500") { __typename } }',
      });
      expect(response.status).toBe(200);
      app.takeUpstreamRequests();
    },
  },
];

keepPromises(
  [
    'P404',
    'H400',
    'U400',
    'H413',
    'S413',
    'H415',
    'C415',
    'E415',
    'RTYP',
    'H405',
    'HLTH',
    'SLSH',
    'HEAD',
    'OPTH',
    'HOS2',
    'HSTS',
    'RQID',
    'SECH',
    'H406',
    'UP2X',
  ],
  PROMISES,
);
