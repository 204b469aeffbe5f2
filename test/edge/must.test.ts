// What the HTTP edge promises, as data: each promise has an id that stays with it.
import { request } from 'undici';
import { describeRequest, startTestApp, type TestApp } from '../support/test-app';

interface Promised {
  readonly id: string;
  readonly must: `MUST ${string}`;
  readonly environment?: Record<string, string>;
  readonly fn: (app: TestApp) => Promise<void>;
}

const PRODUCTION = { NODE_ENV: 'production' };
const STUDIO = 'https://studio.apollographql.com';
const QUERY = { query: '{ __typename }' };
const UUID = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

const at = (app: TestApp, path: string) => new URL(app.url).origin + path;

/** The whole answer of a request that never became GraphQL. */
async function expectHttpError(response: Response, status: number, code: string): Promise<void> {
  expect(response.status).toBe(status);
  expect(response.headers.get('content-type')).toBe('application/json; charset=utf-8');
  const correlationId = response.headers.get('x-request-id');
  expect(await response.json()).toEqual({
    errors: [{ message: expect.stringMatching(/\w\.$/), extensions: { code, correlationId } }],
  });
}

async function expectRefusedDocument(
  response: Response,
  code: string,
  validationErrorCode?: string,
): Promise<void> {
  expect(response.status).toBe(400);
  const body = (await response.json()) as { errors: { extensions: object }[] };
  expect(body).not.toHaveProperty('data');
  expect(body.errors.length).toBeLessThanOrEqual(6);
  expect(body.errors[0]?.extensions).toEqual({
    code,
    ...(validationErrorCode && { validationErrorCode }),
    correlationId: 'test-request',
  });
}

/** The directives of a Content-Security-Policy, without what is new in every answer. */
function readPolicy({ headers }: Response): string[] {
  const policy = headers.get('content-security-policy') ?? '';
  return policy.replace(/'nonce-[0-9a-f]{32}'/g, "'nonce-...'").split(';');
}

/** No script but files and data, no style but files, no handler in an attribute. */
function expectNothingInline(html: string): void {
  const scripts = [...html.matchAll(/<script\b([^>]*)>([^<]*)/g)];
  expect(scripts.length).toBeGreaterThan(1);
  for (const [, attributes = '', text] of scripts) {
    if (!attributes.includes('type="application/json"')) {
      expect(attributes).toContain(' src="');
      expect(text).toBe('');
    }
  }
  expect(html).not.toMatch(/<style|<[^>]*\s(?:style|on\w+)=/);
}

/** `fetch` lets nobody choose the Host. */
async function callAs(host: string, url: string, body?: string): Promise<Response> {
  const response = await request(url, {
    method: body === undefined ? 'GET' : 'POST',
    headers: { host, 'content-type': 'application/json' },
    ...(body !== undefined && { body }),
  });
  return new Response(await response.body.text(), {
    status: response.statusCode,
    headers: response.headers as Record<string, string>,
  });
}

async function expectNoPage(app: TestApp): Promise<void> {
  const headers = { accept: 'text/html' };
  await expectHttpError(await fetch(at(app, '/'), { headers }), 404, 'NOT_FOUND');
  await expectHttpError(await fetch(app.url, { headers }), 406, 'NOT_ACCEPTABLE');
}

const repeat = (count: number, make: (index: number) => string) =>
  Array.from({ length: count }, (_, index) => make(index)).join(' ');
const resendField = (index: number) => `m${index}: resendDvEmails(orderId: "1001") { __typename }`;

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
      for (const [path, facts] of [
        ['/livez', {}],
        ['/readyz', { breaker: 'closed', limits: 'memory' }],
      ] as const) {
        const response = await fetch(at(app, path));
        expect(response.status).toBe(200);
        expect(await response.json()).toEqual({ status: 'ok', ...facts });
      }
    },
  },
  {
    id: 'RQID',
    must: 'MUST hand back a good x-request-id, and make one where it is missing or not fit for a log',
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
    must: 'MUST send security headers with every answer, and no name of the server',
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
    id: 'CORD',
    must: 'MUST pass the preflight and the call of Apollo Studio in development',
    fn: async (app) => {
      const headers =
        'content-type,authorization,x-request-id,apollographql-client-name,apollographql-client-version,apollo-require-preflight';
      const preflight = await fetch(app.url, {
        method: 'OPTIONS',
        headers: {
          origin: STUDIO,
          'access-control-request-method': 'POST',
          'access-control-request-headers': headers,
        },
      });
      expect(preflight.status).toBe(204);
      expect(preflight.headers.get('access-control-allow-origin')).toBe(STUDIO);
      expect(preflight.headers.get('access-control-allow-methods')).toBe('GET, POST');
      expect(preflight.headers.get('access-control-allow-headers')?.split(', ').sort()).toEqual(
        headers.split(',').sort(),
      );
      expect(preflight.headers.get('access-control-allow-credentials')).toBeNull();
      const call = await app.post(QUERY, { origin: STUDIO });
      expect(call.status).toBe(200);
      expect(call.headers.get('access-control-allow-origin')).toBe(STUDIO);
      expect(call.headers.get('access-control-expose-headers')).toBe(
        'x-request-id, retry-after, www-authenticate',
      );
      expect(call.headers.get('vary')).toContain('Origin');
    },
  },
  {
    id: 'CORX',
    must: 'MUST NOT allow any other origin, and never a wildcard',
    environment: { CORS_ORIGINS: 'https://app.example.com' },
    fn: async (app) => {
      for (const origin of [
        STUDIO,
        'null',
        'https://app.example.com.evil.example',
        'http://app.example.com',
      ]) {
        for (const response of [
          await app.post(QUERY, { origin }),
          await fetch(app.url, {
            method: 'OPTIONS',
            headers: { origin, 'access-control-request-method': 'POST' },
          }),
        ]) {
          expect(response.headers.get('access-control-allow-origin')).toBeNull();
        }
      }
    },
  },
  {
    id: 'CORP',
    must: 'MUST allow no origin in production unless one is set',
    environment: PRODUCTION,
    fn: async (app) => {
      const response = await fetch(app.url, {
        method: 'OPTIONS',
        headers: { origin: STUDIO, 'access-control-request-method': 'POST' },
      });
      expect(response.headers.get('access-control-allow-origin')).toBeNull();
      await expectHttpError(response, 405, 'METHOD_NOT_ALLOWED');
    },
  },
  {
    id: 'LTOK',
    must: 'MUST refuse a document of more than 1000 tokens',
    fn: async (app) => {
      const response = await app.post({ query: `{ ${repeat(1000, () => '__typename')} }` });
      await expectRefusedDocument(response, 'GRAPHQL_PARSE_FAILED');
    },
  },
  {
    id: 'LREC',
    must: 'MUST refuse a document whose fragments unfold to more than 500 fields',
    fn: async (app) => {
      const fragments = repeat(
        9,
        (index) => `fragment F${index} on Query { ...F${index + 1} ...F${index + 1} }`,
      );
      await expectRefusedDocument(
        await app.post({ query: `{ ...F0 } ${fragments} fragment F9 on Query { __typename }` }),
        'GRAPHQL_VALIDATION_FAILED',
        'MAX_RECURSIVE_SELECTIONS_EXCEEDED',
      );
    },
  },
  {
    id: 'LALI',
    must: 'MUST refuse more than 30 aliases, and take 30',
    fn: async (app) => {
      const query = (count: number) => ({
        query: `{ ${repeat(count, (index) => `a${index}: __typename`)} }`,
      });
      expect((await app.post(query(30))).status).toBe(200);
      await expectRefusedDocument(
        await app.post(query(31)),
        'GRAPHQL_VALIDATION_FAILED',
        'TOO_MANY_ALIASES',
      );
    },
  },
  {
    id: 'LDIR',
    must: 'MUST refuse more than 20 directives, and take 20',
    fn: async (app) => {
      const query = (count: number) => ({
        query: `{ ${repeat(count, () => '__typename @include(if: true)')} }`,
      });
      expect((await app.post(query(20))).status).toBe(200);
      await expectRefusedDocument(
        await app.post(query(21)),
        'GRAPHQL_VALIDATION_FAILED',
        'TOO_MANY_DIRECTIVES',
      );
    },
  },
  {
    id: 'LMUT',
    must: 'MUST refuse more than 10 fields in a mutation before any email goes out, and take 10',
    fn: async (app) => {
      const refused = [
        `mutation { ${repeat(11, resendField)} }`,
        `mutation { ...F ...F } fragment F on Mutation { ${repeat(6, resendField)} }`,
        `mutation { ... { ${repeat(6, resendField)} } ... on Mutation { ${repeat(5, (index) => resendField(index + 6))} } }`,
        `query A { __typename } mutation B { ${repeat(11, resendField)} }`,
      ];
      for (const query of refused) {
        const response = await app.post({
          query,
          operationName: query.includes('B {') ? 'A' : undefined,
        });
        await expectRefusedDocument(
          response,
          'GRAPHQL_VALIDATION_FAILED',
          'TOO_MANY_MUTATION_FIELDS',
        );
      }
      expect(app.takeUpstreamRequests()).toEqual([]);
      const response = await app.post({ query: `mutation { ${repeat(10, resendField)} }` });
      expect(Object.keys(((await response.json()) as { data: object }).data)).toHaveLength(10);
      expect(app.takeUpstreamRequests()).toHaveLength(10);
    },
  },
  {
    id: 'SMUT',
    must: 'MUST take the number of fields in a mutation from MAX_MUTATION_FIELDS',
    environment: { MAX_MUTATION_FIELDS: '1' },
    fn: async (app) => {
      await expectRefusedDocument(
        await app.post({ query: `mutation { ${repeat(2, resendField)} }` }),
        'GRAPHQL_VALIDATION_FAILED',
        'TOO_MANY_MUTATION_FIELDS',
      );
    },
  },
  {
    id: 'SEQM',
    must: 'MUST run the fields of one mutation one after the other, as GraphQL says',
    fn: async (app) => {
      await app.post({
        query:
          'mutation { a: resendDvEmails(orderId: "1002") { __typename } b: resendDvEmails(orderId: "1001") { __typename } }',
      });
      expect(app.takeUpstreamRequests().map(describeRequest)).toEqual([
        'PUT 1002',
        'GET 1002',
        'PUT 1001',
      ]);
    },
  },
  {
    id: 'LERR',
    must: 'MUST report at most 5 errors of a document and of its variables, and that there are more',
    fn: async (app) => {
      const invalid = await app.post({ query: `{ ${repeat(50, (index) => `nope${index}`)} }` });
      expect(((await invalid.json()) as { errors: [] }).errors.length).toBeLessThanOrEqual(6);
      const coercion = await app.post({
        query:
          'mutation($i: ResendDvEmailsInput) { resendDvEmails(orderId: "1", input: $i) { __typename } }',
        variables: {
          i: { domainApprovalEmails: Array.from({ length: 250 }, () => ({ domain: {} })) },
        },
      });
      expect(coercion.status).toBe(400);
      expect(((await coercion.json()) as { errors: [] }).errors.length).toBeLessThanOrEqual(6);
    },
  },
  {
    id: 'BTCH',
    must: 'MUST refuse a batch',
    fn: async (app) => {
      const response = await app.post([QUERY, QUERY]);
      expect(response.status).toBe(400);
      expect(await response.json()).toMatchObject({
        errors: [{ extensions: { code: 'BAD_REQUEST' } }],
      });
    },
  },
  {
    id: 'GMUT',
    must: 'MUST refuse a mutation by GET with 405, and send nothing',
    fn: async (app) => {
      const query = encodeURIComponent(
        'mutation { resendDvEmails(orderId: "1001") { __typename } }',
      );
      const response = await fetch(`${app.url}?query=${query}`, {
        headers: { 'apollo-require-preflight': '1' },
      });
      expect(response.status).toBe(405);
      expect(response.headers.get('allow')).toBe('POST');
    },
  },
  {
    id: 'CSRF',
    must: 'MUST refuse a GET that a page could make without a preflight',
    fn: async (app) => {
      const response = await fetch(`${app.url}?query=%7B__typename%7D`);
      expect(response.status).toBe(400);
      expect(await response.json()).toMatchObject({
        errors: [{ extensions: { code: 'BAD_REQUEST' } }],
      });
    },
  },
  {
    id: 'INTR',
    must: 'MUST hide the schema in production: no introspection, no hints at names',
    environment: PRODUCTION,
    fn: async (app) => {
      await expectRefusedDocument(
        await app.post({ query: '{ __schema { types { name } } }' }),
        'GRAPHQL_VALIDATION_FAILED',
        'INTROSPECTION_DISABLED',
      );
      for (const query of [
        '{ certificateOrde(id: "1") { id } }',
        'mutation { resendDvEmail { a } }',
      ]) {
        const text = await (await app.post({ query })).text();
        expect(text).not.toMatch(/Did you mean|certificateOrder|resendDvEmails/);
      }
      const wrongInput = await app.post({
        query:
          'mutation($i: ResendDvEmailsInput) { resendDvEmails(orderId: "1", input: $i) { __typename } }',
        variables: { i: { local: 'en' } },
      });
      expect(await wrongInput.text()).not.toMatch(/Did you mean/);
    },
  },
  {
    id: 'INTD',
    must: 'MUST serve the whole introspection query in development',
    fn: async (app) => {
      const { getIntrospectionQuery } = await import('graphql');
      const response = await app.post({ query: getIntrospectionQuery() });
      expect(await response.json()).toMatchObject({
        data: { __schema: { types: expect.any(Array) } },
      });
    },
  },
  {
    id: 'PAGE',
    must: 'MUST serve Apollo Sandbox to a browser in development, under a policy it works with',
    fn: async (app) => {
      const response = await fetch(at(app, '/'), { headers: { accept: 'text/html' } });
      expect(response.status).toBe(200);
      expect(response.headers.get('content-type')).toBe('text/html; charset=utf-8');
      expect(readPolicy(response)).toEqual([
        "default-src 'none'",
        "script-src 'self' https://embeddable-sandbox.cdn.apollographql.com",
        "style-src 'self' 'nonce-...'",
        'img-src data:',
        "connect-src 'self'",
        "form-action 'none'",
        "frame-ancestors 'none'",
        "base-uri 'none'",
        'frame-src https://sandbox.embed.apollographql.com',
      ]);
      const html = await response.text();
      expect(html).toContain('src="https://embeddable-sandbox.cdn.apollographql.com/v2/');
      expect(html).toContain('mutation ResendDvEmails(');
      expectNothingInline(html);
    },
  },
  {
    id: 'PAGG',
    must: 'MUST serve GraphiQL wholly from its own origin, under a policy that allows no other',
    environment: { EXPLORER: 'graphiql' },
    fn: async (app) => {
      const response = await fetch(at(app, '/'), { headers: { accept: 'text/html' } });
      expect(response.status).toBe(200);
      expect(response.headers.get('content-type')).toBe('text/html; charset=utf-8');
      expect(readPolicy(response)).toEqual([
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self' 'nonce-...'",
        'img-src data:',
        "connect-src 'self'",
        "form-action 'none'",
        "frame-ancestors 'none'",
        "base-uri 'none'",
        'font-src data:',
      ]);
      const html = await response.text();
      expect(html).not.toMatch(/(?:src|href)="(?!explorer\/|data:)/);
      expectNothingInline(html);
    },
  },
  {
    id: 'PAGA',
    must: 'MUST serve what a page loads with its type, to be kept for good, and its head alone to HEAD',
    environment: { EXPLORER: 'graphiql' },
    fn: async (app) => {
      const html = await (await fetch(at(app, '/'))).text();
      const paths = [...html.matchAll(/(?:src|href)="(explorer\/[^"]+)"/g)].map(([, path]) => path);
      expect(paths).toHaveLength(6);
      for (const path of paths) {
        const url = at(app, `/${path}`);
        const response = await fetch(url);
        expect(response.status).toBe(200);
        expect(response.headers.get('content-type')).toBe(
          `${path?.endsWith('.css') ? 'text/css' : 'text/javascript'}; charset=utf-8`,
        );
        expect(response.headers.get('cache-control')).toBe('public, max-age=31536000, immutable');
        const { byteLength } = await response.arrayBuffer();
        expect(byteLength).toBeGreaterThan(100);
        const head = await fetch(url, { method: 'HEAD' });
        expect([head.status, head.headers.get('content-length')]).toEqual([200, `${byteLength}`]);
        // Another version of the file is not this one.
        const changed = url.replace(/\.([0-9a-f])(?=[0-9a-f]{15}\.)/, '.x');
        expect(changed).not.toBe(url);
        await expectHttpError(await fetch(changed), 404, 'NOT_FOUND');
      }
      const page = await fetch(at(app, '/'), { method: 'HEAD' });
      expect([page.status, page.headers.get('cache-control'), await page.text()]).toEqual([
        200,
        'no-store',
        '',
      ]);
    },
  },
  {
    id: 'PAGM',
    must: 'MUST run no GraphQL but at /graphql',
    environment: { EXPLORER: 'graphiql' },
    fn: async (app) => {
      for (const method of ['POST', 'PUT', 'OPTIONS']) {
        const response = await fetch(at(app, '/'), {
          method,
          headers: { 'content-type': 'application/json' },
          ...(method !== 'OPTIONS' && {
            body: JSON.stringify({
              query: 'mutation { resendDvEmails(orderId: "1001") { __typename } }',
            }),
          }),
        });
        expect(response.headers.get('allow')).toBe('GET, HEAD');
        await expectHttpError(response, 405, 'METHOD_NOT_ALLOWED');
      }
      const page = await fetch(at(app, '/?query=%7B__typename%7D'), {
        headers: { 'apollo-require-preflight': '1' },
      });
      expect(page.headers.get('content-type')).toBe('text/html; charset=utf-8');
    },
  },
  {
    id: 'PAGR',
    must: 'MUST send a browser that opens /graphql to the page, and nobody else',
    fn: async (app) => {
      // As Chromium and Firefox ask for a page.
      const accept = 'text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8';
      const browser = await fetch(app.url, { headers: { accept }, redirect: 'manual' });
      expect([browser.status, browser.headers.get('location')]).toEqual([302, './']);
      expect((await fetch(app.url, { headers: { accept } })).url).toBe(at(app, '/'));
      for (const [search, headers] of [
        ['', { accept: '*/*' }],
        ['', { accept: 'application/json' }],
        ['?query=%7B__typename%7D', { accept }],
        ['?extensions=%7B%7D', { accept }],
      ] as const) {
        const response = await fetch(app.url + search, { headers, redirect: 'manual' });
        expect(response.status).toBe(400);
      }
      expect((await app.post(QUERY, { accept })).status).toBe(200);
    },
  },
  {
    id: 'PAGO',
    must: 'MUST serve no page with EXPLORER=off',
    environment: { EXPLORER: 'off' },
    fn: expectNoPage,
  },
  {
    id: 'PAGP',
    must: 'MUST serve no page in production',
    environment: PRODUCTION,
    fn: expectNoPage,
  },
  {
    id: 'H406',
    must: 'MUST refuse an answer type it does not speak before any email goes out',
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
    id: 'SUBS',
    must: 'MUST refuse a subscription as a fault of the document',
    fn: async (app) => {
      await expectRefusedDocument(
        await app.post({ query: 'subscription { __typename }' }),
        'GRAPHQL_VALIDATION_FAILED',
        'OPERATION_NOT_SUPPORTED',
      );
    },
  },
  {
    id: 'LMSG',
    must: 'MUST NOT echo a long value at length',
    fn: async (app) => {
      const response = await app.post({ query: `{ ${'x'.repeat(50_000)} }` });
      expect((await response.text()).length).toBeLessThan(2_000);
    },
  },
  {
    id: 'PREN',
    must: 'MUST answer a preflight for a path that does not exist, or half a preflight, in JSON',
    fn: async (app) => {
      const headers = { origin: STUDIO, 'access-control-request-method': 'POST' };
      const nowhere = await fetch(at(app, '/nope'), { method: 'OPTIONS', headers });
      await expectHttpError(nowhere, 404, 'NOT_FOUND');
      const half = await fetch(app.url, { method: 'OPTIONS', headers: { ...headers, origin: '' } });
      await expectHttpError(half, 405, 'METHOD_NOT_ALLOWED');
    },
  },
  {
    id: 'HOST',
    must: 'MUST refuse a Host that is not this machine, where it listens there alone and asks for no credentials',
    fn: async (app) => {
      const query = 'mutation { resendDvEmails(orderId: "1001") { __typename } }';
      for (const [path, body] of [
        ['/', undefined],
        ['/graphql?query=%7B__typename%7D', undefined],
        ['/livez', undefined],
        ['/x', undefined],
        ['/graphql', JSON.stringify({ query })],
      ] as const) {
        const response = await callAs('rebound.example', at(app, path), body);
        await expectHttpError(response, 421, 'MISDIRECTED_REQUEST');
      }
      expect((await callAs('localhost', app.url, JSON.stringify(QUERY))).status).toBe(200);
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

it('keeps the ids of its promises', () => {
  expect(PROMISES.map(({ id }) => id)).toEqual([
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
    'CORD',
    'CORX',
    'CORP',
    'LTOK',
    'LREC',
    'LALI',
    'LDIR',
    'LMUT',
    'SMUT',
    'SEQM',
    'LERR',
    'BTCH',
    'GMUT',
    'CSRF',
    'INTR',
    'INTD',
    'PAGE',
    'PAGG',
    'PAGA',
    'PAGM',
    'PAGR',
    'PAGO',
    'PAGP',
    'H406',
    'SUBS',
    'LMSG',
    'PREN',
    'HOST',
    'UP2X',
  ]);
});

it.each(PROMISES.map(({ id, must, environment, fn }) => [id, must, { environment, fn }] as const))(
  '%s %s',
  async (_id, _must, { environment, fn }) => {
    const app = await startTestApp({
      ...(environment && { environment }),
    });
    await fn(app);
  },
);
