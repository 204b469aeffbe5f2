// What the HTTP edge promises of the explorer.
import {
  at,
  expectHttpError,
  keepPromises,
  PRODUCTION,
  type Promised,
  QUERY,
} from '../support/promises';
import type { TestApp } from '../support/test-app';

/** The directives of a Content-Security-Policy, without what is new in every response. */
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

async function openPage(app: TestApp): Promise<Response> {
  const response = await fetch(at(app, '/'), { headers: { accept: 'text/html' } });
  expect(response.status).toBe(200);
  expect(response.headers.get('content-type')).toBe('text/html; charset=utf-8');
  return response;
}

async function expectGraphiql(response: Response): Promise<void> {
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
    "style-src-attr 'unsafe-inline'",
  ]);
  const html = await response.text();
  expect(html).toContain('<title>GraphiQL');
  expect(html).not.toMatch(/(?:src|href)="(?!explorer\/|data:|#)/);
  expectNothingInline(html);
}

async function expectNoPage(app: TestApp): Promise<void> {
  const headers = { accept: 'text/html' };
  await expectHttpError(await fetch(at(app, '/'), { headers }), 404, 'NOT_FOUND');
  await expectHttpError(await fetch(app.url, { headers }), 406, 'NOT_ACCEPTABLE');
}

const PROMISES: readonly Promised[] = [
  {
    id: 'PAGE',
    must: 'MUST serve Apollo Sandbox to a browser in development, under a policy it works with',
    fn: async (app) => {
      const response = await openPage(app);
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
    fn: async (app) => expectGraphiql(await openPage(app)),
  },
  {
    id: 'PAGH',
    must: 'MUST serve GraphiQL beside Apollo Sandbox, for networks that do not let Apollo in',
    fn: async (app) => {
      expect(await (await openPage(app)).text()).toContain('href="?graphiql"');
      await expectGraphiql(await fetch(at(app, '/?graphiql')));
    },
  },
  {
    id: 'PAGA',
    must: 'MUST serve what a page loads with its type, to be kept for good, and its head alone to HEAD',
    environment: { EXPLORER: 'graphiql' },
    fn: async (app) => {
      const html = await (await fetch(at(app, '/'))).text();
      const paths = new Set(html.match(/explorer\/[^"]+/g));
      expect(paths.size).toBe(5);
      for (const path of paths) {
        const url = at(app, `/${path}`);
        const response = await fetch(url);
        expect(response.status).toBe(200);
        expect(response.headers.get('content-type')).toBe(
          `${path.endsWith('.css') ? 'text/css' : 'text/javascript'}; charset=utf-8`,
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
    must: 'MUST send a browser that opens /graphql to the page, and no other client',
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
];

keepPromises(['PAGE', 'PAGG', 'PAGH', 'PAGA', 'PAGM', 'PAGR', 'PAGO', 'PAGP'], PROMISES);
