// The simulated account: orders are chosen by number, as test cards are with payment APIs, so that
// every member of the result union can be seen without a DigiCert account.
import {
  accept,
  acceptWithStrayBytes,
  bytes,
  errorBody,
  gzip,
  halfResponse,
  hang,
  html,
  json,
  type Responder,
  raw,
  refuse,
  resetAfterBody,
  resetBeforeBody,
  slowBody,
} from './responders';

/** Of an object in a body. */
export type Json = Readonly<Record<string, unknown>>;

export interface SimulatedOrder {
  readonly summary: string;
  /** How a resend of this order's emails is answered. */
  readonly resend: Responder;
  /** The body of `GET /order/certificate/{id}`, or another way to answer it; absent: 404. */
  readonly info?: Json | Responder;
  /** As `info`, for `.../validation`; absent: made from `info`, else answered as a resend is. */
  readonly validation?: Json | Responder;
}

export type SimulatedAccount = Readonly<Record<string, SimulatedOrder>>;

/** The recorded response to a bad key: 403, not 401. */
export const INVALID_KEY = refuse(
  403,
  'access_denied|access_denied_invalid_key',
  'Access denied due to access_denied_invalid_key.',
);

export const ORDER_NOT_FOUND = refuse(404, 'not_found|order', 'The specified order was not found.');

export const ROUTE_NOT_FOUND = refuse(404, 'not_found|route', 'The specified route was not found.');

export const QUOTA_EXCEEDED = refuse(
  429,
  'request_limit_exceeded',
  'Service unavailable, please limit request volume',
);

/** DigiCert's real codes for these refusals are not known, so this one cannot be mistaken for one. */
const REFUSAL = errorBody({
  code: 'simulator|refused',
  message: 'The simulator refuses this order.',
});

function info(overrides: Json = {}): Json {
  return {
    status: 'pending',
    dcv_method: 'email',
    date_created: '2026-11-27T12:00:00.000Z',
    certificate: { common_name: 'example.com', dns_names: ['example.com', 'www.example.com'] },
    product: { name_id: 'ssl_dv_geotrust', name: 'GeoTrust DV SSL' },
    ...overrides,
  };
}

export const SIMULATED_ACCOUNT: SimulatedAccount = {
  '1001': { summary: 'a pending DV order with email DCV', resend: accept, info: info() },
  '1002': {
    summary: 'already issued',
    resend: json(400, REFUSAL),
    info: info({ status: 'issued' }),
  },
  '1003': {
    summary: 'proves domain control by a DNS record',
    resend: json(400, REFUSAL),
    info: info({ dcv_method: 'dns-txt-token' }),
  },
  '1004': {
    summary: 'an OV order',
    resend: json(400, REFUSAL),
    info: info({ product: { name_id: 'ssl_basic', name: 'Basic OV' } }),
  },
  '1005': {
    summary: 'waits for someone in the account to approve it',
    resend: json(400, REFUSAL),
    info: info({ status: 'needs_approval' }),
  },
  '1006': {
    summary: 'DigiCert does not say how its names are validated',
    resend: accept,
    info: info(),
    validation: { order_status: 'pending', order_dcv_method: 'email' },
  },
  '1200': { summary: 'a proxy answers 200 with HTML', resend: html(200, 'Checking your browser') },
  '1302': {
    summary: 'a redirect to another host',
    resend: html(302, 'Moved', { Location: 'https://elsewhere.example/' }),
  },
  '1400': { summary: 'DigiCert refuses the input', resend: json(400, REFUSAL), info: info() },
  '1401': { summary: "DigiCert rejects the gateway's API key", resend: INVALID_KEY },
  '1403': {
    summary: 'the account may not touch this order',
    resend: refuse(
      403,
      'access_denied|missing_permission',
      'You do not have permission to access this order.',
    ),
  },
  '1404': { summary: 'no such order', resend: ORDER_NOT_FOUND },
  '1405': { summary: 'the method is not allowed', resend: json(405, errorBody()) },
  '1429': { summary: "DigiCert's quota is used up", resend: QUOTA_EXCEEDED },
  '1500': {
    summary: 'DigiCert has an internal error',
    resend: refuse(500, 'internal_error', 'Internal error'),
  },
  '1503': {
    summary: 'a proxy says that DigiCert is down',
    resend: html(503, 'Down for maintenance'),
  },
  '1513': {
    summary: 'DigiCert is down, and says for how long',
    resend: html(503, 'Down for maintenance', { 'Retry-After': '120' }),
  },
  '1504': { summary: 'takes the request and never answers', resend: hang },

  '1601': { summary: 'connection reset before the body is read', resend: resetBeforeBody },
  '1602': { summary: 'connection reset after the body is read', resend: resetAfterBody },
  '1603': {
    summary: 'the body of a 400 comes a byte a second',
    resend: slowBody(400, JSON.stringify(REFUSAL)),
  },
  '1604': {
    summary: 'the body of a 400 is cut off',
    resend: halfResponse(400, JSON.stringify(REFUSAL)),
  },
  '1605': {
    summary: 'a 400 in gzip that was not requested',
    resend: gzip(400, REFUSAL),
    info: info(),
  },
  '1606': {
    summary: 'a 400 with 1 MiB of body',
    resend: refuse(400, 'simulator|refused', 'x'.repeat(1024 * 1024)),
  },
  '1607': { summary: '204 with stray bytes behind it', resend: acceptWithStrayBytes },
  '1609': {
    summary: 'a 400 with its one error under "error"',
    resend: json(400, { error: { code: 'simulator|refused', message: 'Refused.' } }),
    info: info(),
  },
  '1610': {
    summary: 'a 400 in XML',
    resend: raw(
      400,
      '<response><error><code>simulator|refused</code><description>Refused.</description></error></response>',
      { 'Content-Type': 'application/xml' },
    ),
    info: info(),
  },
  '1608': { summary: 'bytes that are not HTTP', resend: bytes('SSH-2.0-OpenSSH_9.2\r\n\r\n') },
};
