// The exact words a user reads: what happened and what to do next, never more than is known.
import type { FailedOutcome, NotEligibleReason, UpstreamFailure } from '../../src/domain/outcome';
import type { AttemptOutcome } from '../../src/domain/resend-attempt';
import { describeFailure } from '../../src/graphql/resend-dv-emails/messages';
import { expectListed } from '../support/errors-doc';

const issue = { path: ['orderId'], message: 'x' };
const invalidInput = (issueCount: number, emailDomainAdded = false): FailedOutcome => ({
  kind: 'invalid-input',
  issues: Array(Math.min(issueCount, 2)).fill(issue),
  issueCount,
  digicertErrors: [],
  emailDomainAdded,
});
const accessDenied = (permissionMissing: boolean, emailDomainAdded = false): FailedOutcome => ({
  kind: 'access-denied',
  permissionMissing,
  digicertErrors: [],
  emailDomainAdded,
});
const notEligible = (
  reason: NotEligibleReason,
  orderStatus: string,
  dcvMethod = 'email',
): FailedOutcome => ({
  kind: 'order-not-eligible',
  reason,
  orderStatus,
  dcvMethod,
  digicertErrors: [],
});
const upstream = (
  reason: UpstreamFailure,
  emailsMayHaveBeenSent: boolean,
  unavailableForSeconds?: number,
): FailedOutcome => ({
  kind: 'upstream-failed',
  reason,
  emailsMayHaveBeenSent,
  ...(unavailableForSeconds !== undefined && { unavailableForSeconds }),
  diagnostics: {},
});
const rateLimited = (
  scope: 'DIGICERT' | 'COOLDOWN' | 'CALLER',
  outcome?: AttemptOutcome,
): FailedOutcome => ({
  kind: 'rate-limited',
  scope,
  retryAfterSeconds: 7,
  ...(outcome && {
    lastResend: { attemptedAt: new Date(0), outcome, domains: [], correlationId: 'one' },
  }),
});

const OPERATORS = "Tell the gateway's operators, with the correlation id.";
const MAY_BE_SENT = 'The emails may have been sent anyway: look for them before you try again.';
const AGAIN = 'Try again in 7 s; this time nothing was sent.';
const ADDED = 'For addresses at a parent of their domain, the gateway had added emailDomain.';

const MESSAGES: readonly (readonly [FailedOutcome, string])[] = [
  [invalidInput(1), 'Please correct the fault in what you entered; nothing was sent.'],
  [invalidInput(2), 'Please correct the 2 faults in what you entered; nothing was sent.'],
  [
    invalidInput(750),
    'Please correct the 750 faults in what you entered; nothing was sent. The first 2 are listed.',
  ],
  [
    invalidInput(0),
    'DigiCert refused this request. Check the recipients and the language; nothing was sent.',
  ],
  [
    invalidInput(0, true),
    `DigiCert refused this request. Check the recipients and the language; nothing was sent. ${ADDED}`,
  ],
  [
    { kind: 'order-not-found', orderId: '12' },
    'DigiCert finds no order 12 in this account. Check the order id, and that the order belongs to this account; nothing was sent.',
  ],
  [
    notEligible('ORDER_NOT_PENDING', 'issued'),
    'DigiCert refused, and the status of the order is issued: it no longer waits for approval by email. Nothing was sent.',
  ],
  [
    notEligible('ORDER_NOT_READY', 'needs_approval'),
    'DigiCert refused, and the status of the order is needs_approval: someone in the DigiCert account has to act on it before there are approval emails. Nothing was sent.',
  ],
  [
    notEligible('DCV_METHOD_NOT_EMAIL', 'pending', 'dns-txt-token'),
    'DigiCert refused, and the order proves domain control by dns-txt-token, not by email. To use email, change its DCV method at DigiCert first. Nothing was sent.',
  ],
  [
    notEligible('NOT_A_DV_ORDER', 'pending'),
    'DigiCert refused, and the order is for an OV or EV certificate. Older editions of its API take DV orders only ("Resend DCV email" serves the others); newer ones take any order, and then DigiCert\'s own errors name another cause. Nothing was sent.',
  ],
  [
    accessDenied(false),
    "DigiCert does not let this gateway's account resend emails for this order. Ask the administrator of the DigiCert account; nothing was sent.",
  ],
  [
    accessDenied(false, true),
    `DigiCert does not let this gateway's account resend emails for this order. Ask the administrator of the DigiCert account; nothing was sent. ${ADDED}`,
  ],
  [
    accessDenied(true),
    "DigiCert says that the gateway's API key lacks the permission for this. Ask the administrator of the DigiCert account; nothing was sent.",
  ],
  [rateLimited('DIGICERT'), `No more requests can be made to DigiCert for the moment. ${AGAIN}`],
  [
    rateLimited('COOLDOWN', 'ACCEPTED'),
    `DigiCert has accepted a request for these emails, or for some of them. Look for them first, spam folder included. ${AGAIN}`,
  ],
  [
    rateLimited('COOLDOWN', 'IN_PROGRESS'),
    `A request for these emails, or for some of them, is in progress. ${AGAIN}`,
  ],
  [
    rateLimited('COOLDOWN', 'UNKNOWN'),
    `A request for these emails, or for some of them, was made, and it is not known whether they were sent. Look for them first, spam folder included. ${AGAIN}`,
  ],
  [
    rateLimited('COOLDOWN'),
    `The gateway keeps track of as many recipients as it can at the moment. ${AGAIN}`,
  ],
  [rateLimited('CALLER'), `You have made too many requests. ${AGAIN}`],
  [
    upstream('CREDENTIALS_REJECTED', false),
    `DigiCert rejects this gateway's API key. ${OPERATORS} Nothing was sent.`,
  ],
  [
    upstream('MISCONFIGURED', false),
    `The gateway is not set up right for DigiCert. ${OPERATORS} Nothing was sent.`,
  ],
  [
    upstream('UNREACHABLE', false),
    'DigiCert could not be reached. Try again in a moment. Nothing was sent.',
  ],
  [
    upstream('UNAVAILABLE', true),
    `DigiCert, or a server before it, fails at the moment; try again later. ${MAY_BE_SENT}`,
  ],
  [
    upstream('UNAVAILABLE', true, 120),
    `DigiCert, or a server before it, fails at the moment; try again in 120 s. ${MAY_BE_SENT}`,
  ],
  [
    upstream('UNAVAILABLE', false),
    'DigiCert, or a server before it, fails at the moment; try again later. Nothing was sent.',
  ],
  [
    upstream('OUTCOME_UNKNOWN', true),
    `DigiCert did not answer in time, or the connection was lost. ${MAY_BE_SENT}`,
  ],
  [
    upstream('UNEXPECTED_RESPONSE', true),
    `DigiCert's response was not understood. ${OPERATORS} ${MAY_BE_SENT}`,
  ],
  [
    upstream('UNEXPECTED_RESPONSE', false),
    `DigiCert's response was not understood. ${OPERATORS} Nothing was sent.`,
  ],
];

describe('the message of a failure', () => {
  it.each(MESSAGES)('%j', (outcome, message) => {
    expect(describeFailure(outcome)).toBe(message);
  });

  it('is in docs/errors.md, with the evidence it rests on, and no other is', () => {
    expectListed(
      'What each message rests on',
      MESSAGES.map(([, message]) => message),
    );
  });
});
