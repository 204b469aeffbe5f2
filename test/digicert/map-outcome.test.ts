// Every row of the outcome table, over real HTTP, asserting the whole GraphQL response.
import { html, json, raw } from '../../src/simulator/responders';
import {
  ACCOUNT_DENIED,
  accessDenied,
  codes,
  GET,
  invalidInput,
  itMapsEach,
  KEY_DENIED,
  ORDER_NOT_FOUND,
  type OutcomeRow,
  order,
  PENDING_DV,
  PUT,
  rateLimited,
  raws,
  upstream,
} from '../support/outcome-rows';
import { REQUEST_ID, startTestApp } from '../support/test-app';

describe('the outcome table', () => {
  itMapsEach([
    [
      '403 missing_permission -> AccessDenied',
      order(json(403, codes('access_denied|missing_permission'))),
      accessDenied(KEY_DENIED, raws('access_denied|missing_permission')),
      [PUT],
    ],
    [
      '403 access_denied -> AccessDenied',
      order(json(403, codes('access_denied'))),
      accessDenied(ACCOUNT_DENIED, raws('access_denied')),
      [PUT],
    ],
    [
      '401 -> CREDENTIALS_REJECTED',
      order(json(401, codes('a'))),
      upstream('CREDENTIALS_REJECTED', false, false),
      [PUT],
    ],
    [
      '401 without a body -> CREDENTIALS_REJECTED',
      order(raw(401, '', {})),
      upstream('CREDENTIALS_REJECTED', false, false),
      [PUT],
    ],
    [
      '403 with the code of a bad key -> CREDENTIALS_REJECTED',
      order(json(403, codes('access_denied|access_denied_invalid_key'))),
      upstream('CREDENTIALS_REJECTED', false, false),
      [PUT],
    ],
    ...[
      ['404 not_found', json(404, codes('not_found'))] as const,
      ['404 not_found|route', json(404, codes('not_found|route'))] as const,
      ['404 with HTML', html(404, 'Not Found')] as const,
      ['404 without a body', raw(404, '', {})] as const,
      ['405', json(405, codes())] as const,
      ['406', raw(406, '', {})] as const,
      ['415', html(415, 'Unsupported')] as const,
      ['400 bad_request_format', json(400, codes('bad_request_format'))] as const,
      ['422 bad_request_format', json(422, codes('a', 'bad_request_format'))] as const,
    ].map(
      ([name, responder]): OutcomeRow => [
        `${name} -> MISCONFIGURED`,
        order(responder, PENDING_DV),
        upstream('MISCONFIGURED', false, false),
        [PUT],
      ],
    ),
    [
      '429 -> RateLimited for one short window',
      order(json(429, codes('request_limit_exceeded'))),
      rateLimited(5),
      [PUT],
    ],
    [
      '429 with Retry-After in seconds',
      order(json(429, codes(), { 'Retry-After': '17' })),
      rateLimited(17),
      [PUT],
    ],
    [
      '429 with Retry-After as a date',
      order(json(429, codes(), { 'Retry-After': 'Fri, 02 Jan 2026 03:04:35 GMT' })),
      rateLimited(30),
      [PUT],
    ],
    ...[500, 502, 503, 504, 599].map(
      (status): OutcomeRow => [
        `${status} -> UNAVAILABLE`,
        order(html(status, 'Sorry')),
        upstream('UNAVAILABLE', true, true),
        [PUT],
      ],
    ),
    ...[
      ['503', '120', 120] as const,
      ['503', 'Fri, 02 Jan 2026 03:04:35 GMT', 30] as const,
      ['502', '7', 7] as const,
      ['503', 'soon', null] as const,
    ].map(
      ([status, retryAfter, seconds]): OutcomeRow => [
        `${status} with Retry-After: ${retryAfter} -> UNAVAILABLE for ${seconds} s`,
        order(html(Number(status), 'Sorry', { 'Retry-After': retryAfter })),
        upstream('UNAVAILABLE', true, true, seconds),
        [PUT],
      ],
    ),
    [
      '403 with {"error": {..}} of a bad key -> CREDENTIALS_REJECTED',
      order(json(403, { error: { code: 'access_denied|access_denied_invalid_key' } })),
      upstream('CREDENTIALS_REJECTED', false, false),
      [PUT],
    ],
    [
      '403 with a number as code -> UNEXPECTED_RESPONSE',
      order(json(403, { errors: [{ code: 403, message: 'Blocked' }] })),
      upstream('UNEXPECTED_RESPONSE', false, false),
      [PUT],
    ],
    [
      '400 in XML -> InvalidInput with what it says',
      order(
        raw(
          400,
          '<?xml version="1.0"?><response><error><code>a</code><description>Bell &amp; &lt;b&gt; &amp;lt;</description></error><error><code><![CDATA[b]]></code></error></response>',
          { 'Content-Type': 'application/xml' },
        ),
        PENDING_DV,
      ),
      invalidInput([
        { code: 'a', message: 'Bell & <b> &lt;' },
        { code: 'b', message: null },
      ]),
      [PUT, GET],
    ],
    [
      '404 not_found|order in XML -> OrderNotFound',
      order(raw(404, '<error><code>not_found|order</code></error>', {})),
      ORDER_NOT_FOUND,
      [PUT],
    ],
    ...[
      ['200 with HTML', html(200, 'Checking your browser'), true] as const,
      ['200 with JSON', json(200, {}), true] as const,
      ['201', json(201, {}), true] as const,
      ['301', html(301, 'Moved', { Location: '/services/v2/elsewhere' }), true] as const,
      ['302', html(302, 'Moved', { Location: 'http://127.0.0.1:9/' }), true] as const,
      ['307', html(307, 'Moved', { Location: '/services/v2/elsewhere' }), true] as const,
      ['308', html(308, 'Moved', { Location: '/services/v2/elsewhere' }), true] as const,
      ['304', raw(304, '', {}), true] as const,
      ['408', html(408, 'Timeout'), true] as const,
      ['403 with HTML', html(403, 'Blocked'), false] as const,
      ['403 with JSON that is no error', json(403, { hello: 'world' }), false] as const,
      ['409', json(409, codes('a')), false] as const,
      ['451', json(451, codes('a')), false] as const,
      ['499', raw(499, '', {}), false] as const,
      [
        '403 with a message and no code',
        json(403, { errors: [{ message: 'Blocked' }] }),
        false,
      ] as const,
      ['404 with a body over 64 KiB', json(404, { x: 'x'.repeat(70_000) }), false] as const,
      ['600', raw(600, '', {}), true] as const,
    ].map(
      ([name, responder, sent]): OutcomeRow => [
        `${name} -> UNEXPECTED_RESPONSE`,
        order(responder),
        upstream('UNEXPECTED_RESPONSE', false, sent),
        [PUT],
      ],
    ),
    [
      '400 with HTML, order in order -> UNEXPECTED_RESPONSE',
      order(html(400, 'Bad Request'), PENDING_DV),
      upstream('UNEXPECTED_RESPONSE', false, false),
      [PUT, GET],
    ],
  ]);

  it('alerts the operators when DigiCert does not understand the gateway', async () => {
    const app = await startTestApp();

    await app.resend('1405');

    expect(app.log.filter((line) => line.level === 50)).toEqual([
      expect.objectContaining({ event: 'resend.completed', reason: 'MISCONFIGURED' }),
    ]);
    app.takeUpstreamRequests();
  });

  it.each(['1403', '1005'])(
    'alerts the operators when DigiCert says that a permission is missing, and only then: %s',
    async (orderId) => {
      const app = await startTestApp();

      await app.resend(orderId);

      const expected = {
        event: 'digicert.permission-missing',
        correlationId: REQUEST_ID,
        level: 40,
      };
      expect(app.log.filter(({ event }) => event === 'digicert.permission-missing')).toEqual(
        orderId === '1403' ? [expect.objectContaining(expected)] : [],
      );
      app.takeUpstreamRequests();
    },
  );

  it('alerts the operators when DigiCert rejects our key, and never blames the caller', async () => {
    const app = await startTestApp();

    await app.resend('1401');

    expect(app.log.filter((line) => line.level === 50)).toEqual([
      expect.objectContaining({
        event: 'resend.completed',
        reason: 'CREDENTIALS_REJECTED',
        correlationId: REQUEST_ID,
        upstreamStatus: 403,
        digicertCodes: ['access_denied|access_denied_invalid_key'],
      }),
    ]);
    app.takeUpstreamRequests();
  });
});
