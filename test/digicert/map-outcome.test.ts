// Every row of the outcome table, over real HTTP, asserting the whole GraphQL response.

import type { SimulatedOrder } from '../../src/simulator/orders';
import { html, json, raw } from '../../src/simulator/responders';
import { describeRequest, REQUEST_ID, startTestApp } from '../support/test-app';

const ORDER_ID = '5555';

function order(resend: SimulatedOrder['resend'], info?: SimulatedOrder['info']): SimulatedOrder {
  return { summary: 'one of the test', resend, ...(info && { info }) };
}

const codes = (...list: readonly string[]) => ({
  errors: list.map((code) => ({ code, message: `about ${code}` })),
});

const raws = (...list: readonly string[]) =>
  list.map((code) => ({ code, message: `about ${code}` }));

/** What a user reads: with the order's own words, where there are some. */
const NOT_ELIGIBLE = {
  ORDER_NOT_PENDING: 'the status of the order is STATUS: it no longer waits for approval by email.',
  ORDER_NOT_READY:
    'the status of the order is STATUS: someone in the DigiCert account has to act on it before there are approval emails.',
  DCV_METHOD_NOT_EMAIL:
    'the order proves domain control by METHOD, not by email. To use email, change its DCV method at DigiCert first.',
  NOT_A_DV_ORDER:
    'the order is for an OV or EV certificate. Older editions of its API take DV orders only ("Resend DCV email" serves the others); newer ones take any order, and then DigiCert\'s own errors name another cause.',
} as const;

const OPERATORS = "Tell the gateway's operators, with the correlation id.";

const UPSTREAM = {
  CREDENTIALS_REJECTED: `DigiCert rejects this gateway's API key. ${OPERATORS}`,
  MISCONFIGURED: `The gateway is not set up right for DigiCert. ${OPERATORS}`,
  UNAVAILABLE: 'DigiCert, or a server before it, fails at the moment; try again LATER.',
  UNEXPECTED_RESPONSE: `DigiCert's response was not understood. ${OPERATORS}`,
} as const;

const MAY_BE_SENT = 'The emails may have been sent anyway: look for them before you try again.';

const ACCOUNT_DENIED = "DigiCert does not let this gateway's account resend emails for this order.";
const KEY_DENIED = "DigiCert says that the gateway's API key lacks the permission for this.";

const PENDING_DV = {
  status: 'pending',
  dcv_method: 'email',
  product: { name_id: 'ssl_dv_rapidssl' },
};

const invalidInput = (digicertErrors: readonly object[]) => ({
  __typename: 'ResendDvEmailsInvalidInputError',
  message:
    'DigiCert refused this request. Check the recipients and the language; nothing was sent.',
  retryable: false,
  correlationId: REQUEST_ID,
  issues: [],
  digicertErrors,
});

const notEligible = (
  reason: keyof typeof NOT_ELIGIBLE,
  orderStatus: string | null,
  dcvMethod: string | null,
  digicertErrors: readonly object[],
) => ({
  __typename: 'ResendDvEmailsOrderNotEligibleError',
  message: `DigiCert refused, and ${NOT_ELIGIBLE[reason]
    .replace('STATUS', String(orderStatus))
    .replace('METHOD', String(dcvMethod))} Nothing was sent.`,
  retryable: false,
  correlationId: REQUEST_ID,
  reason,
  orderStatus,
  dcvMethod,
  digicertErrors,
});

const accessDenied = (cause: string, digicertErrors: readonly object[]) => ({
  __typename: 'ResendDvEmailsAccessDeniedError',
  message: `${cause} Ask the administrator of the DigiCert account; nothing was sent.`,
  retryable: false,
  correlationId: REQUEST_ID,
  digicertErrors,
});

const rateLimited = (retryAfterSeconds: number) => ({
  __typename: 'ResendDvEmailsRateLimitedError',
  message: `No more requests can be made to DigiCert for the moment. Try again in ${retryAfterSeconds} s; this time nothing was sent.`,
  retryable: true,
  correlationId: REQUEST_ID,
  scope: 'DIGICERT',
  retryAfterSeconds,
  lastResend: null,
});

const upstream = (
  reason: keyof typeof UPSTREAM,
  retryable: boolean,
  emailsMayHaveBeenSent: boolean,
  unavailableForSeconds: number | null = null,
) => ({
  __typename: 'ResendDvEmailsUpstreamError',
  message: `${UPSTREAM[reason].replace(
    'LATER',
    unavailableForSeconds === null ? 'later' : `in ${unavailableForSeconds} s`,
  )} ${emailsMayHaveBeenSent ? MAY_BE_SENT : 'Nothing was sent.'}`,
  retryable,
  correlationId: REQUEST_ID,
  reason,
  emailsMayHaveBeenSent,
  unavailableForSeconds,
});

const ORDER_NOT_FOUND = {
  __typename: 'ResendDvEmailsOrderNotFoundError',
  message: `DigiCert finds no order ${ORDER_ID} in this account. Check the order id, and that the order belongs to this account; nothing was sent.`,
  retryable: false,
  correlationId: REQUEST_ID,
  orderId: ORDER_ID,
};

const PUT = `PUT ${ORDER_ID}`;
const GET = `GET ${ORDER_ID}`;

describe('the outcome table', () => {
  it.each<[string, SimulatedOrder | undefined, object, readonly string[]]>([
    [
      '400 with codes, order in order -> InvalidInput',
      order(json(400, codes('a|b', 'c')), PENDING_DV),
      invalidInput(raws('a|b', 'c')),
      [PUT, GET],
    ],
    [
      '422 with codes, order in order -> InvalidInput',
      order(json(422, codes('a')), PENDING_DV),
      invalidInput(raws('a')),
      [PUT, GET],
    ],
    [
      '400, order in reissue -> InvalidInput: it is pending too',
      order(json(400, codes('a')), { ...PENDING_DV, status: 'reissue_pending' }),
      invalidInput(raws('a')),
      [PUT, GET],
    ],
    [
      '400, order info unknown -> InvalidInput',
      order(json(400, codes('a'))),
      invalidInput(raws('a')),
      [PUT, GET],
    ],
    [
      '400, order info says nothing -> InvalidInput',
      order(json(400, codes('a')), {}),
      invalidInput(raws('a')),
      [PUT, GET],
    ],
    [
      '400, order issued -> ORDER_NOT_PENDING',
      order(json(400, codes('a')), { ...PENDING_DV, status: 'issued' }),
      notEligible('ORDER_NOT_PENDING', 'issued', 'email', raws('a')),
      [PUT, GET],
    ],
    [
      '400 without any code, order issued -> ORDER_NOT_PENDING',
      order(raw(400, '', {}), { status: 'issued' }),
      notEligible('ORDER_NOT_PENDING', 'issued', null, []),
      [PUT, GET],
    ],
    [
      '422, DNS method -> DCV_METHOD_NOT_EMAIL',
      order(json(422, codes('a')), { ...PENDING_DV, dcv_method: 'dns-txt-token' }),
      notEligible('DCV_METHOD_NOT_EMAIL', 'pending', 'dns-txt-token', raws('a')),
      [PUT, GET],
    ],
    [
      '400, OV product -> NOT_A_DV_ORDER',
      order(json(400, codes('a')), { ...PENDING_DV, product: { name_id: 'ssl_basic' } }),
      notEligible('NOT_A_DV_ORDER', 'pending', 'email', raws('a')),
      [PUT, GET],
    ],
    [
      '400, product known by its validation type alone -> NOT_A_DV_ORDER',
      order(json(400, codes('a')), { product: { validation_type: 'ov' } }),
      notEligible('NOT_A_DV_ORDER', null, null, raws('a')),
      [PUT, GET],
    ],
    [
      '400, OV order already issued -> ORDER_NOT_PENDING: the status decides first',
      order(json(400, codes('a')), {
        status: 'issued',
        dcv_method: 'dns-txt-token',
        product: { name_id: 'ssl_basic' },
      }),
      notEligible('ORDER_NOT_PENDING', 'issued', 'dns-txt-token', raws('a')),
      [PUT, GET],
    ],
    [
      '400, pending OV order with a DNS method -> DCV_METHOD_NOT_EMAIL: the method before the product',
      order(json(400, codes('a')), {
        status: 'pending',
        dcv_method: 'dns-txt-token',
        product: { name_id: 'ssl_basic' },
      }),
      notEligible('DCV_METHOD_NOT_EMAIL', 'pending', 'dns-txt-token', raws('a')),
      [PUT, GET],
    ],
    ...[
      'issued',
      'rejected',
      'revoked',
      'canceled',
      'expired',
      'waiting_pickup',
      'Issued',
      'WAITING_PICKUP',
    ].map((status): [string, SimulatedOrder, object, readonly string[]] => [
      `400, order ${status} -> ORDER_NOT_PENDING, in any case`,
      order(json(400, codes('a')), { ...PENDING_DV, status }),
      notEligible('ORDER_NOT_PENDING', status, 'email', raws('a')),
      [PUT, GET],
    ]),
    ...['needs_approval', 'needs_csr', 'Needs_Approval'].map(
      (status): [string, SimulatedOrder, object, readonly string[]] => [
        `422, order ${status} -> ORDER_NOT_READY`,
        order(json(422, codes('a')), { ...PENDING_DV, status }),
        notEligible('ORDER_NOT_READY', status, 'email', raws('a')),
        [PUT, GET],
      ],
    ),
    ...['processing', 'a status of tomorrow'].map(
      (status): [string, SimulatedOrder, object, readonly string[]] => [
        `400, order ${status} -> InvalidInput: no conclusion from it`,
        order(json(400, codes('a')), { ...PENDING_DV, status }),
        invalidInput(raws('a')),
        [PUT, GET],
      ],
    ),
    [
      '400, status not known, method by DNS -> DCV_METHOD_NOT_EMAIL',
      order(json(400, codes('a')), { status: 'processing', dcv_method: 'http-token' }),
      notEligible('DCV_METHOD_NOT_EMAIL', 'processing', 'http-token', raws('a')),
      [PUT, GET],
    ],
    [
      '400, method EMAIL in capitals -> InvalidInput: the same method',
      order(json(400, codes('a')), { ...PENDING_DV, dcv_method: 'EMAIL' }),
      invalidInput(raws('a')),
      [PUT, GET],
    ],
    ...[
      { validation_type: 'OV' },
      { validation_type: 'EV' },
      { validation_type: 'ev', name_id: 'ssl_dv_geotrust' },
      ...[
        'ssl_plus',
        'ssl_multi_domain',
        'ssl_wildcard',
        'ssl_ev_plus',
        'ssl_ev_multi_domain',
        'ssl_securesite',
        'ssl_securesite_pro',
      ].map((name_id) => ({ name_id })),
    ].map((product): [string, SimulatedOrder, object, readonly string[]] => [
      `400, product ${JSON.stringify(product)} -> NOT_A_DV_ORDER`,
      order(json(400, codes('a')), { ...PENDING_DV, product }),
      notEligible('NOT_A_DV_ORDER', 'pending', 'email', raws('a')),
      [PUT, GET],
    ]),
    ...[
      { validation_type: 'DV' },
      { validation_type: 'DV', name_id: 'ssl_basic' },
      { name_id: 'ssl123_flex' },
      { name_id: 'wildcard_dv_geotrust' },
      { name_id: 'a product of tomorrow' },
      { name_id: 'ssl_advanced' },
      {},
    ].map((product): [string, SimulatedOrder, object, readonly string[]] => [
      `400, product ${JSON.stringify(product)} -> InvalidInput: not known not to be DV`,
      order(json(400, codes('a')), { ...PENDING_DV, product }),
      invalidInput(raws('a')),
      [PUT, GET],
    ]),
    [
      '400, DNS order already issued -> ORDER_NOT_PENDING',
      order(json(400, codes('a')), { status: 'issued', dcv_method: 'dns-txt-token' }),
      notEligible('ORDER_NOT_PENDING', 'issued', 'dns-txt-token', raws('a')),
      [PUT, GET],
    ],
    [
      '400, DV by its validation type alone -> InvalidInput',
      order(json(400, codes('a')), {
        ...PENDING_DV,
        product: { name_id: 'ssl_new_name', validation_type: 'dv' },
      }),
      invalidInput(raws('a')),
      [PUT, GET],
    ],
    [
      '422 with HTML, order issued -> ORDER_NOT_PENDING',
      order(html(422, 'No'), { status: 'issued' }),
      notEligible('ORDER_NOT_PENDING', 'issued', null, []),
      [PUT, GET],
    ],
    ['404 not_found|order -> OrderNotFound', undefined, ORDER_NOT_FOUND, [PUT]],
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
    ].map(([name, responder]): [string, SimulatedOrder, object, readonly string[]] => [
      `${name} -> MISCONFIGURED`,
      order(responder, PENDING_DV),
      upstream('MISCONFIGURED', false, false),
      [PUT],
    ]),
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
      (status): [string, SimulatedOrder, object, readonly string[]] => [
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
    ].map(([status, retryAfter, seconds]): [string, SimulatedOrder, object, readonly string[]] => [
      `${status} with Retry-After: ${retryAfter} -> UNAVAILABLE for ${seconds} s`,
      order(html(Number(status), 'Sorry', { 'Retry-After': retryAfter })),
      upstream('UNAVAILABLE', true, true, seconds),
      [PUT],
    ]),
    ...[
      ['{"error": {..}}', { error: { code: 'a', message: 'about a' } }, raws('a')] as const,
      ['{"error": [..]}', { error: [{ code: 'a', message: 'about a' }] }, raws('a')] as const,
      ['{"message": ..}', { message: 'No' }, [{ code: null, message: 'No' }]] as const,
      ['{"code": .., "message": ..}', { code: 'a', message: 'about a' }, raws('a')] as const,
      [
        'a number as code',
        { errors: [{ code: 17, message: 'No' }] },
        [{ code: null, message: 'No' }],
      ] as const,
      [
        'a number in a text as code',
        { errors: [{ code: '403', message: 'No' }] },
        [{ code: null, message: 'No' }],
      ] as const,
      [
        'an empty list beside "error"',
        { errors: [], error: { code: 'a' } },
        [{ code: 'a', message: null }],
      ] as const,
    ].map(([name, body, errors]): [string, SimulatedOrder, object, readonly string[]] => [
      `400 with ${name} -> InvalidInput with what it says`,
      order(json(400, body), PENDING_DV),
      invalidInput(errors),
      [PUT, GET],
    ]),
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
    ].map(([name, responder, sent]): [string, SimulatedOrder, object, readonly string[]] => [
      `${name} -> UNEXPECTED_RESPONSE`,
      order(responder),
      upstream('UNEXPECTED_RESPONSE', false, sent),
      [PUT],
    ]),
    [
      '400 with HTML, order in order -> UNEXPECTED_RESPONSE',
      order(html(400, 'Bad Request'), PENDING_DV),
      upstream('UNEXPECTED_RESPONSE', false, false),
      [PUT, GET],
    ],
  ])('%s', async (_name, simulated, member, requests) => {
    const app = await startTestApp({ orders: simulated ? { [ORDER_ID]: simulated } : {} });

    const response = await app.resend(ORDER_ID, { locale: 'en' });

    expect(response).toEqual({ data: { resendDvEmails: member } });
    expect(app.takeUpstreamRequests().map(describeRequest)).toEqual(requests);
    expect(app.outbox).toEqual([]);
  });

  it('names the endpoint for other order types', async () => {
    const app = await startTestApp();

    const response = await app.resend('1004');

    expect(response.data?.resendDvEmails).toMatchObject({
      reason: 'NOT_A_DV_ORDER',
      message: expect.stringContaining('"Resend DCV email"'),
    });
    app.takeUpstreamRequests();
  });

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
