// What a read that failed says: a code to branch on, and a sentence about what to do next.
import type { ReadOutcome } from '../../domain/order-details';
import type { UpstreamFailure } from '../../domain/outcome';
import { INVALID_ORDER_ID } from '../../domain/resend-request';
import { assertNever } from '../../lib/assert-never';
import { CodedError } from '../../lib/coded-error';

type FailedRead = Exclude<ReadOutcome<unknown>, { kind: 'found' }>;

const FAILED = new CodedError(
  'DIGICERT_FAILED',
  "What came back from DigiCert, or from a server before it, is not what this gateway expects. Tell the gateway's operators, with the correlation id.",
);

export function toReadError(outcome: FailedRead): CodedError {
  switch (outcome.kind) {
    case 'invalid-id':
      return new CodedError('BAD_USER_INPUT', INVALID_ORDER_ID);
    case 'access-denied':
      return new CodedError(
        'CERTIFICATE_ORDER_ACCESS_DENIED',
        "DigiCert does not let this gateway's account read this. Ask the account's administrator.",
      );
    case 'rate-limited': {
      const { scope, retryAfterSeconds } = outcome;
      const [code, what] =
        scope === 'CALLER'
          ? ['CALLER_RATE_LIMITED', 'You have made too many requests.']
          : ['DIGICERT_RATE_LIMITED', 'No more requests can be made to DigiCert for the moment.'];
      const message = `${what} Try again in ${retryAfterSeconds} s.`;
      return new CodedError(code, message, { fields: { retryAfterSeconds } });
    }
    case 'too-long':
      return new CodedError(
        'DIGICERT_RESPONSE_TOO_LONG',
        "DigiCert's response is longer than this gateway reads. Ask for fewer orders at once.",
      );
    case 'refused':
    case 'not-found':
      return FAILED;
    case 'upstream-failed':
      return isPassing(outcome.reason)
        ? new CodedError(
            'DIGICERT_UNAVAILABLE',
            'DigiCert was not reached, failed or did not answer in time. Try again later.',
            { fields: { retryAfterSeconds: outcome.unavailableForSeconds } },
          )
        : FAILED;
    default:
      return assertNever(outcome);
  }
}

/** A read changes nothing, so one without a response can simply be tried again. */
function isPassing(reason: UpstreamFailure): boolean {
  return reason === 'UNREACHABLE' || reason === 'UNAVAILABLE' || reason === 'OUTCOME_UNKNOWN';
}
