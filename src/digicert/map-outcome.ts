// Where upstream errors are mapped: the whole way from what happened to an outcome, as one table.
// Rows branch on status and code, never on message text, and the first that matches decides.
import type {
  DigicertError,
  ResendOutcome,
  UpstreamDiagnostics,
  UpstreamFailure,
} from '../domain/outcome';
import type { ResendResponse } from '../domain/resend';
import type { ResendRequest } from '../domain/resend-request';
import { type ResponseBody, readDigicertErrors, readResponseBody } from './response-body';
import type { HttpResponse } from './transport/exchange';
import { findRetryAfter, readRetryAfter } from './transport/retry-after';
import type { Sent } from './transport/sender';

/** DigiCert's codes that decide something. All others are passed through raw. */
const CODE = {
  invalidKey: 'access_denied|access_denied_invalid_key',
  missingPermission: 'access_denied|missing_permission',
  orderNotFound: 'not_found|order',
  badRequestFormat: 'bad_request_format',
} as const;

interface DigicertResponse {
  readonly status: number;
  readonly body: ResponseBody;
  readonly errors: readonly DigicertError[];
  readonly headers: HttpResponse['headers'];
  readonly diagnostics: UpstreamDiagnostics;
}

interface Context {
  /** Of a read the order's id alone. */
  readonly request: Partial<ResendRequest> & Pick<ResendRequest, 'orderId'>;
  readonly nowMs: number;
}

interface Row {
  readonly when: (response: DigicertResponse) => boolean;
  readonly outcome: (response: DigicertResponse, context: Context) => ResendOutcome;
  /** A refusal that the order's info may explain. */
  readonly refused?: true;
}

const SENT = { emailsMayHaveBeenSent: true };
const NOT_SENT = { emailsMayHaveBeenSent: false };

// A status of 4xx says that the request was not carried out; any other, and 408 from a proxy that
// stopped waiting, leaves open what DigiCert did. Once a status is there it decides, and a body that
// never came whole only matters where the row needs it.
const TABLE: readonly Row[] = [
  { when: is(204), outcome: accepted },

  {
    when: all(is(400, 422), has(CODE.badRequestFormat)),
    outcome: upstream('MISCONFIGURED', NOT_SENT),
  },
  { when: all(is(400, 422), hasErrors), outcome: invalidInput, refused: true },
  { when: is(400, 422), outcome: upstream('UNEXPECTED_RESPONSE', NOT_SENT), refused: true },

  { when: is(401), outcome: upstream('CREDENTIALS_REJECTED', NOT_SENT) },
  { when: all(is(403), has(CODE.invalidKey)), outcome: upstream('CREDENTIALS_REJECTED', NOT_SENT) },
  { when: all(is(403), hasCode), outcome: accessDenied },
  { when: is(403), outcome: upstream('UNEXPECTED_RESPONSE', NOT_SENT) },

  { when: all(is(404), has(CODE.orderNotFound)), outcome: orderNotFound },
  { when: all(is(404), unreadable), outcome: upstream('UNEXPECTED_RESPONSE', NOT_SENT) },
  { when: is(404, 405, 406, 415), outcome: upstream('MISCONFIGURED', NOT_SENT) },

  { when: is(429), outcome: tooManyRequests },
  { when: between(500, 599), outcome: unavailable },

  { when: is(408), outcome: upstream('UNEXPECTED_RESPONSE', SENT) },
  { when: between(400, 499), outcome: upstream('UNEXPECTED_RESPONSE', NOT_SENT) },
  { when: () => true, outcome: upstream('UNEXPECTED_RESPONSE', SENT) },
];

/** The rows for an exchange that brought no status. */
const WITHOUT_STATUS = {
  'not-sent': { reason: 'UNREACHABLE', ...NOT_SENT },
  'not-let-through': { reason: 'MISCONFIGURED', ...NOT_SENT },
  'no-response': { reason: 'OUTCOME_UNKNOWN', ...SENT },
  'not-http': { reason: 'UNEXPECTED_RESPONSE', ...SENT },
  // The breaker is open: DigiCert was failing a moment ago, and was not asked this time.
  rejected: { reason: 'UNAVAILABLE', ...NOT_SENT },
} as const;

/** What the log calls the reason why a request was not made. */
const REJECTED = {
  quota: 'QUOTA_FULL',
  concurrency: 'ALL_CONNECTIONS_BUSY',
  breaker: 'BREAKER_OPEN',
} as const;

export function mapOutcome({ exchange, attempts }: Sent, context: Context): ResendResponse {
  if (exchange.kind === 'rejected' && exchange.reason !== 'breaker') {
    const diagnostics = { errorCode: REJECTED[exchange.reason], attempts };
    return { outcome: rateLimited(exchange.retryAfterSeconds, diagnostics), refused: false };
  }
  if (exchange.kind !== 'response') {
    const errorCode = exchange.kind === 'rejected' ? REJECTED.breaker : exchange.errorCode;
    const diagnostics = { errorCode, attempts };
    return {
      outcome: { kind: 'upstream-failed', ...WITHOUT_STATUS[exchange.kind], diagnostics },
      refused: false,
    };
  }
  const { status, headers } = exchange;
  const body = readResponseBody(exchange);
  const errors = readDigicertErrors(body);
  const diagnostics = { status, digicertErrors: errors, attempts };
  const response: DigicertResponse = { status, body, errors, headers, diagnostics };
  for (const row of TABLE) {
    if (row.when(response)) {
      return { outcome: row.outcome(response, context), refused: row.refused ?? false };
    }
  }
  throw new Error('The last row matches every response.');
}

// Conditions

function is(...statuses: readonly number[]): Row['when'] {
  return ({ status }) => statuses.includes(status);
}

function between(lowest: number, highest: number): Row['when'] {
  return ({ status }) => status >= lowest && status <= highest;
}

function has(code: string): Row['when'] {
  return ({ errors }) => errors.some((error) => error.code === code);
}

function all(...conditions: readonly Row['when'][]): Row['when'] {
  return (response) => conditions.every((condition) => condition(response));
}

function hasErrors({ errors }: DigicertResponse): boolean {
  return errors.length > 0;
}

function hasCode({ errors }: DigicertResponse): boolean {
  return errors.some((error) => error.code !== undefined);
}

function unreadable({ body }: DigicertResponse): boolean {
  return body.kind === 'unreadable';
}

// Outcomes

function accepted({ diagnostics }: DigicertResponse, { request, nowMs }: Context): ResendOutcome {
  return {
    kind: 'accepted',
    orderId: request.orderId,
    acceptedAt: new Date(nowMs),
    domainApprovalEmails: request.domainApprovalEmails ?? [],
    locale: request.locale,
    diagnostics,
  };
}

function invalidInput(
  { errors, diagnostics }: DigicertResponse,
  { request: { emailDomainAdded = false } }: Context,
): ResendOutcome {
  return {
    kind: 'invalid-input',
    issues: [],
    issueCount: 0,
    digicertErrors: errors,
    emailDomainAdded,
    diagnostics,
  };
}

function accessDenied(
  response: DigicertResponse,
  { request: { emailDomainAdded = false } }: Context,
): ResendOutcome {
  const { errors: digicertErrors, diagnostics } = response;
  const permissionMissing = has(CODE.missingPermission)(response);
  return {
    kind: 'access-denied',
    permissionMissing,
    digicertErrors,
    emailDomainAdded,
    diagnostics,
  };
}

function orderNotFound({ diagnostics }: DigicertResponse, { request }: Context): ResendOutcome {
  return { kind: 'order-not-found', orderId: request.orderId, diagnostics };
}

function tooManyRequests(response: DigicertResponse, { nowMs }: Context): ResendOutcome {
  return rateLimited(readRetryAfter(response, nowMs), response.diagnostics);
}

function rateLimited(retryAfterSeconds: number, diagnostics: UpstreamDiagnostics): ResendOutcome {
  return { kind: 'rate-limited', scope: 'DIGICERT', retryAfterSeconds, diagnostics };
}

function unavailable(response: DigicertResponse, { nowMs }: Context): ResendOutcome {
  const unavailableForSeconds = findRetryAfter(response, nowMs);
  return {
    kind: 'upstream-failed',
    reason: 'UNAVAILABLE',
    ...SENT,
    ...(unavailableForSeconds !== undefined && { unavailableForSeconds }),
    diagnostics: response.diagnostics,
  };
}

function upstream(
  reason: UpstreamFailure,
  sent: { emailsMayHaveBeenSent: boolean },
): Row['outcome'] {
  return ({ diagnostics }) => ({ kind: 'upstream-failed', reason, ...sent, diagnostics });
}
