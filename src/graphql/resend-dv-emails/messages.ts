// What a failed resend says to a person: what happened, and what to do next.
import type {
  FailedOutcome,
  NotEligibleReason,
  RateLimitScope,
  UpstreamFailure,
} from '../../domain/outcome';
import type { ResendAttempt } from '../../domain/resend-attempt';
import { assertNever } from '../../lib/assert-never';

type Of<Kind extends FailedOutcome['kind']> = Extract<FailedOutcome, { kind: Kind }>;

export function describeFailure(outcome: FailedOutcome): string {
  switch (outcome.kind) {
    case 'invalid-input':
      return describeInvalidInput(outcome);
    case 'order-not-found':
      return `DigiCert finds no order ${outcome.orderId} in this account. Check the order id, and that the order belongs to this account; nothing was sent.`;
    case 'order-not-eligible':
      return `DigiCert refused, and ${NOT_ELIGIBLE[outcome.reason](outcome)} Nothing was sent.`;
    case 'access-denied':
      return describeAccessDenied(outcome);
    case 'rate-limited':
      return describeRateLimited(outcome);
    case 'upstream-failed':
      return describeUpstreamFailure(outcome);
    default:
      return assertNever(outcome);
  }
}

/** The caller did not write it, and DigiCert may be refusing that. */
const EMAIL_DOMAIN_ADDED =
  ' For addresses at a parent of their domain, the gateway had added emailDomain.';

function describeInvalidInput({
  issues,
  issueCount,
  emailDomainAdded,
}: Of<'invalid-input'>): string {
  if (issueCount === 0) {
    const added = emailDomainAdded ? EMAIL_DOMAIN_ADDED : '';
    return `DigiCert refused this request. Check the recipients and the language; nothing was sent.${added}`;
  }
  const faults = issueCount === 1 ? 'the fault' : `the ${issueCount} faults`;
  const listed = issueCount > issues.length ? ` The first ${issues.length} are listed.` : '';
  return `Please correct ${faults} in what you entered; nothing was sent.${listed}`;
}

const NOT_ELIGIBLE: Record<NotEligibleReason, (outcome: Of<'order-not-eligible'>) => string> = {
  ORDER_NOT_PENDING: ({ orderStatus }) =>
    `the status of the order is ${orderStatus}: it no longer waits for approval by email.`,
  ORDER_NOT_READY: ({ orderStatus }) =>
    `the status of the order is ${orderStatus}: someone in the DigiCert account has to act on it before there are approval emails.`,
  DCV_METHOD_NOT_EMAIL: ({ dcvMethod }) =>
    `the order proves domain control by ${dcvMethod}, not by email. To use email, change its DCV method at DigiCert first.`,
  NOT_A_DV_ORDER: () =>
    'the order is for an OV or EV certificate. Older editions of its API take DV orders only ("Resend DCV email" serves the others); newer ones take any order, and then DigiCert\'s own errors name another cause.',
};

function describeAccessDenied({
  permissionMissing,
  emailDomainAdded,
}: Of<'access-denied'>): string {
  const cause = permissionMissing
    ? "DigiCert says that the gateway's API key lacks the permission for this."
    : "DigiCert does not let this gateway's account resend emails for this order.";
  const added = emailDomainAdded ? EMAIL_DOMAIN_ADDED : '';
  return `${cause} Ask the administrator of the DigiCert account; nothing was sent.${added}`;
}

function describeRateLimited({ scope, retryAfterSeconds, lastResend }: Of<'rate-limited'>): string {
  const cause: Record<RateLimitScope, string> = {
    DIGICERT: 'No more requests can be made to DigiCert for the moment.',
    COOLDOWN: describeCooldown(lastResend),
    CALLER: 'You have made too many requests.',
  };
  return `${cause[scope]} Try again in ${retryAfterSeconds} s; this time nothing was sent.`;
}

/** Says no more of the attempt behind the cool-down than is known of it. */
function describeCooldown(attempt: ResendAttempt | undefined): string {
  switch (attempt?.outcome) {
    case 'ACCEPTED':
      return 'DigiCert has accepted a request for these emails, or for some of them. Look for them first, spam folder included.';
    case 'IN_PROGRESS':
      return 'A request for these emails, or for some of them, is in progress.';
    case 'UNKNOWN':
      return 'A request for these emails, or for some of them, was made, and it is not known whether they were sent. Look for them first, spam folder included.';
    default:
      return 'The gateway keeps track of as many recipients as it can at the moment.';
  }
}

const ASK_OPERATORS = "Tell the gateway's operators, with the correlation id.";

function describeUpstreamFailure({
  reason,
  emailsMayHaveBeenSent,
  unavailableForSeconds,
}: Of<'upstream-failed'>): string {
  const later = unavailableForSeconds === undefined ? 'later' : `in ${unavailableForSeconds} s`;
  const sent = emailsMayHaveBeenSent
    ? 'The emails may have been sent anyway: look for them before you try again.'
    : 'Nothing was sent.';
  const cause: Record<UpstreamFailure, string> = {
    CREDENTIALS_REJECTED: `DigiCert rejects this gateway's API key. ${ASK_OPERATORS}`,
    MISCONFIGURED: `The gateway is not set up right for DigiCert. ${ASK_OPERATORS}`,
    UNREACHABLE: 'DigiCert could not be reached. Try again in a moment.',
    UNAVAILABLE: `DigiCert, or a server before it, fails at the moment; try again ${later}.`,
    OUTCOME_UNKNOWN: 'DigiCert did not answer in time, or the connection was lost.',
    UNEXPECTED_RESPONSE: `DigiCert's response was not understood. ${ASK_OPERATORS}`,
  };
  return `${cause[reason]} ${sent}`;
}
