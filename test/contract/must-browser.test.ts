// What the HTTP edge promises where a browser calls.
import { request } from 'undici';
import {
  at,
  expectHttpError,
  keepPromises,
  PRODUCTION,
  type Promised,
  QUERY,
  STUDIO,
} from '../support/promises';

/** With `fetch` the Host cannot be chosen. */
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

const PROMISES: readonly Promised[] = [
  {
    id: 'CORD',
    must: 'MUST pass the preflight and the call of Apollo Studio in development',
    fn: async (app) => {
      // What clients send, what Apollo Server's refusal of a GET advises, what Sentry, OpenTelemetry and Datadog add.
      const headers =
        'content-type,authorization,x-request-id,apollographql-client-name,apollographql-client-version,apollo-require-preflight,x-apollo-operation-name,x-requested-with,sentry-trace,baggage,traceparent,tracestate,x-datadog-trace-id';
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
      expect(preflight.headers.get('access-control-allow-headers')).toBe(headers);
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
    id: 'CSRF',
    must: 'MUST refuse a GET that a page could make without a preflight',
    fn: async (app) => {
      const url = `${app.url}?query=%7B__typename%7D`;
      const response = await fetch(url);
      expect(response.status).toBe(400);
      const { errors } = (await response.json()) as {
        errors: { message: string; extensions: { code: string } }[];
      };
      expect(errors).toMatchObject([{ extensions: { code: 'BAD_REQUEST' } }]);
      // Its advice is good.
      const [, advised = ''] = /following headers: (.*)\n/.exec(errors[0]?.message ?? '') ?? [];
      expect(advised.split(', ')).toHaveLength(2);
      for (const name of ['content-type', ...advised.split(', ')]) {
        const headers = { [name]: 'application/json' };
        expect((await fetch(url, { headers })).status).toBe(200);
      }
    },
  },
  {
    id: 'PREN',
    must: 'MUST pass a preflight for a path that does not exist, so that a page reads its 404, and answer half a preflight in JSON',
    fn: async (app) => {
      const headers = { origin: STUDIO, 'access-control-request-method': 'POST' };
      const nowhere = await fetch(at(app, '/nope'), { method: 'OPTIONS', headers });
      expect(nowhere.status).toBe(204);
      const call = await fetch(at(app, '/nope'), { method: 'POST', headers: { origin: STUDIO } });
      expect(call.headers.get('access-control-allow-origin')).toBe(STUDIO);
      await expectHttpError(call, 404, 'NOT_FOUND');
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
];

keepPromises(['CORD', 'CORX', 'CORP', 'CSRF', 'PREN', 'HOST'], PROMISES);
