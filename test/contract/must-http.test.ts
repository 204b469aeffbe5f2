// What the HTTP edge promises of requests and answers.
import {
  at,
  expectHttpError,
  keepPromises,
  PRODUCTION,
  type Promised,
  QUERY,
} from '../support/promises';

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
        '/graphql/',
        '/GraphQL',
        '/.env',
        '/livez/x',
        '/%00',
        '//',
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
        await expectHttpError(response, 415, 'UNSUPPORTED_MEDIA_TYPE');
      }
    },
  },
  {
    id: 'E415',
    must: 'MUST answer a body in a content coding with a JSON 415',
    fn: async (app) => {
      const response = await app.post(QUERY, { 'content-encoding': 'gzip' });
      await expectHttpError(response, 415, 'UNSUPPORTED_MEDIA_TYPE');
    },
  },
  {
    id: 'H405',
    must: 'MUST answer a method that a path does not take with a JSON 405 and Allow',
    fn: async (app) => {
      for (const method of ['PUT', 'DELETE', 'PATCH', 'OPTIONS']) {
        const response = await fetch(app.url, { method });
        expect(response.headers.get('allow')).toBe('GET, POST');
        await expectHttpError(response, 405, 'METHOD_NOT_ALLOWED');
      }
      const response = await fetch(at(app, '/livez'), { method: 'POST' });
      expect(response.headers.get('allow')).toBe('GET, HEAD');
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
    'E415',
    'H405',
    'HLTH',
    'RQID',
    'SECH',
    'H406',
    'UP2X',
  ],
  PROMISES,
);
