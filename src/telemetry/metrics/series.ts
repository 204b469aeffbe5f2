// Every series that may ever count something, so that each is there from the start, at 0: Prometheus sees no
// increase in a series that begins with 1, and the first key that DigiCert rejects would go unnoticed.
import type { ReadOutcome } from '../../domain/order-details';
import {
  NOT_ELIGIBLE_REASONS,
  RATE_LIMIT_SCOPES,
  type ResendOutcome,
  UPSTREAM_FAILURES,
} from '../../domain/outcome';

const NO_DETAIL: readonly string[] = [''];

/** The details that each outcome of a resend may have. */
export const RESEND_DETAILS: Readonly<
  Record<ResendOutcome['kind'] | 'unexpected-error', readonly string[]>
> = {
  accepted: NO_DETAIL,
  'invalid-input': NO_DETAIL,
  'order-not-found': NO_DETAIL,
  'order-not-eligible': NOT_ELIGIBLE_REASONS,
  'access-denied': ['', 'MISSING_PERMISSION'],
  'rate-limited': RATE_LIMIT_SCOPES,
  'upstream-failed': UPSTREAM_FAILURES,
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
  'rate-limited': RATE_LIMIT_SCOPES.filter((scope) => scope !== 'COOLDOWN'),
  'upstream-failed': UPSTREAM_FAILURES,
  'unexpected-error': NO_DETAIL,
};
