// What a failed resend says to a person: what happened, and what to do next.
import type { FailedOutcome, NotEligibleReason } from '../../domain/outcome';
import { assertNever } from '../../lib/assert-never';

type Of<Kind extends FailedOutcome['kind']> = Extract<FailedOutcome, { kind: Kind }>;

export function describeFailure(outcome: FailedOutcome): string {
  switch (outcome.kind) {
    case 'invalid-input':
      return describeInvalidInput(outcome);
    case 'order-not-found':
      return `DigiCert knows no order ${outcome.orderId} in this account. Check the order id; nothing was sent.`;
    case 'order-not-eligible':
      return NOT_ELIGIBLE[outcome.reason](outcome);
    case 'access-denied':
      return "DigiCert does not let this gateway's account resend emails for this order. Ask the account's administrator; nothing was sent.";
    case 'rate-limited':
      return describeRateLimited(outcome);
    case 'upstream-failed':
      return describeUpstreamFailure(outcome);
    default:
      return assertNever(outcome);
  }
}

function describeInvalidInput({ issues, issueCount }: Of<'invalid-input'>): string {
  if (issueCount === 0) {
    return 'DigiCert refused this request. Check the recipients and the language; nothing was sent.';
  }
  const faults = issueCount === 1 ? 'the fault' : `the ${issueCount} faults`;
  const listed = issueCount > issues.length ? ` The first ${issues.length} are listed.` : '';
  return `Please correct ${faults} in what you entered; nothing was sent.${listed}`;
}

const NOT_ELIGIBLE: Record<NotEligibleReason, (outcome: Of<'order-not-eligible'>) => string> = {
  NOT_A_DV_ORDER: () =>
    'This order is not for a DV certificate, so it has no approval emails of this kind. DigiCert\'s "Resend DCV email" endpoint serves other order types; nothing was sent.',
  ORDER_NOT_PENDING: ({ orderStatus }) =>
    `The order is not pending (its status is ${orderStatus}), so there is nothing left to approve by email. Nothing was sent.`,
  DCV_METHOD_NOT_EMAIL: ({ dcvMethod }) =>
    `The order proves domain control by ${dcvMethod}, not by email. Change its DCV method to email first; nothing was sent.`,
};

function describeRateLimited({ scope, retryAfterSeconds }: Of<'rate-limited'>): string {
  const wait = `Try again in ${retryAfterSeconds} s; nothing was sent.`;
  switch (scope) {
    case 'DIGICERT':
      return `DigiCert takes no more requests for the moment. ${wait}`;
    case 'COOLDOWN':
      return `These emails were just resent, or are being resent. Look for them first, spam folder included. ${wait}`;
    case 'CALLER':
      return `You have made too many requests. ${wait}`;
    default:
      return assertNever(scope);
  }
}

const ASK_OPERATORS = "Tell the gateway's operators, with the correlation id.";

function describeUpstreamFailure({ reason, emailsMayHaveBeenSent }: Of<'upstream-failed'>): string {
  const sent = emailsMayHaveBeenSent
    ? 'The emails may have been sent anyway: look for them before you try again.'
    : 'Nothing was sent.';
  switch (reason) {
    case 'CREDENTIALS_REJECTED':
      return `DigiCert rejects this gateway's API key. ${ASK_OPERATORS} ${sent}`;
    case 'MISCONFIGURED':
      return `DigiCert does not understand this gateway's requests. ${ASK_OPERATORS} ${sent}`;
    case 'UNREACHABLE':
      return `DigiCert could not be reached. Try again in a moment. ${sent}`;
    case 'UNAVAILABLE':
      return `DigiCert has a problem of its own; try again later. ${sent}`;
    case 'OUTCOME_UNKNOWN':
      return `DigiCert did not answer in time, or the connection was lost. ${sent}`;
    case 'UNEXPECTED_RESPONSE':
      return `DigiCert's response was not understood. ${ASK_OPERATORS} ${sent}`;
    default:
      return assertNever(reason);
  }
}
