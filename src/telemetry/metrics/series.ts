// Every series that may ever count something, so that each is there from the start, at 0: Prometheus sees no
// increase in a series that begins with 1, and the first key that DigiCert rejects would go unnoticed.
import type { ReadOutcome } from '../../domain/order-details';
import type {
  NotEligibleReason,
  RateLimitScope,
  ResendOutcome,
  UpstreamFailure,
} from '../../domain/outcome';
import type { RejectionReason, RetryCause } from '../../domain/upstream-event';

/** The compiler checks that none is missing. */
function listAll<Value extends string>(values: Readonly<Record<Value, true>>): readonly Value[] {
  return Object.keys(values) as Value[];
}

const NO_DETAIL: readonly string[] = [''];

const FAILURES = listAll<UpstreamFailure>({
  CREDENTIALS_REJECTED: true,
  MISCONFIGURED: true,
  UNREACHABLE: true,
  UNAVAILABLE: true,
  OUTCOME_UNKNOWN: true,
  UNEXPECTED_RESPONSE: true,
});

/** The details that each outcome of a resend may have. */
export const RESEND_DETAILS: Readonly<
  Record<ResendOutcome['kind'] | 'unexpected-error', readonly string[]>
> = {
  accepted: NO_DETAIL,
  'invalid-input': NO_DETAIL,
  'order-not-found': NO_DETAIL,
  'order-not-eligible': listAll<NotEligibleReason>({
    ORDER_NOT_PENDING: true,
    ORDER_NOT_READY: true,
    DCV_METHOD_NOT_EMAIL: true,
    NOT_A_DV_ORDER: true,
  }),
  'access-denied': ['', 'MISSING_PERMISSION'],
  'rate-limited': listAll<RateLimitScope>({ DIGICERT: true, COOLDOWN: true, CALLER: true }),
  'upstream-failed': FAILURES,
  'unexpected-error': NO_DETAIL,
};

/** The details that each outcome of reading orders may have. No email is sent, so there is no cool-down. */
export const READ_DETAILS: Readonly<
  Record<ReadOutcome<unknown>['kind'] | 'unexpected-error', readonly string[]>
> = {
  found: NO_DETAIL,
  'not-found': NO_DETAIL,
  'invalid-id': NO_DETAIL,
  refused: NO_DETAIL,
  'too-long': NO_DETAIL,
  'access-denied': ['', 'MISSING_PERMISSION'],
  'rate-limited': listAll<Exclude<RateLimitScope, 'COOLDOWN'>>({ DIGICERT: true, CALLER: true }),
  'upstream-failed': FAILURES,
  'unexpected-error': NO_DETAIL,
};

export const RETRY_CAUSES = listAll<RetryCause>({ 'not-sent': true, 'too-many-requests': true });

export const REJECTION_REASONS = listAll<RejectionReason>({
  quota: true,
  concurrency: true,
  breaker: true,
});
