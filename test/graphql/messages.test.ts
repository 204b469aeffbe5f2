// The exact words a user reads: what happened and what to do next, never more than is known.
import type { FailedOutcome, NotEligibleReason, UpstreamFailure } from '../../src/domain/outcome';
import { describeFailure } from '../../src/graphql/resend-dv-emails/messages';

const issue = { path: ['orderId'], message: 'x' };
const notEligible = (reason: NotEligibleReason): FailedOutcome => ({
  kind: 'order-not-eligible',
  reason,
  orderStatus: 'issued',
  dcvMethod: 'dns-txt-token',
  digicertErrors: [],
});
const upstream = (reason: UpstreamFailure, emailsMayHaveBeenSent: boolean): FailedOutcome => ({
  kind: 'upstream-failed',
  reason,
  emailsMayHaveBeenSent,
  diagnostics: {},
});
const rateLimited = (scope: 'DIGICERT' | 'COOLDOWN' | 'CALLER'): FailedOutcome => ({
  kind: 'rate-limited',
  scope,
  retryAfterSeconds: 7,
});

const MAY_BE_SENT = 'The emails may have been sent anyway: look for them before you try again.';

describe('the message of a failure', () => {
  it.each<[FailedOutcome, string]>([
    [
      { kind: 'invalid-input', issues: [issue], issueCount: 1, digicertErrors: [] },
      'Please correct the fault in what you entered; nothing was sent.',
    ],
    [
      { kind: 'invalid-input', issues: [issue, issue], issueCount: 2, digicertErrors: [] },
      'Please correct the 2 faults in what you entered; nothing was sent.',
    ],
    [
      { kind: 'invalid-input', issues: [issue, issue], issueCount: 750, digicertErrors: [] },
      'Please correct the 750 faults in what you entered; nothing was sent. The first 2 are listed.',
    ],
    [
      { kind: 'invalid-input', issues: [], issueCount: 0, digicertErrors: [] },
      'DigiCert refused this request. Check the recipients and the language; nothing was sent.',
    ],
    [
      { kind: 'order-not-found', orderId: '12' },
      'DigiCert knows no order 12 in this account. Check the order id; nothing was sent.',
    ],
    [
      notEligible('NOT_A_DV_ORDER'),
      'This order is not for a DV certificate, so it has no approval emails of this kind. DigiCert\'s "Resend DCV email" endpoint serves other order types; nothing was sent.',
    ],
    [
      notEligible('ORDER_NOT_PENDING'),
      'The order is not pending (its status is issued), so there is nothing left to approve by email. Nothing was sent.',
    ],
    [
      notEligible('DCV_METHOD_NOT_EMAIL'),
      'The order proves domain control by dns-txt-token, not by email. Change its DCV method to email first; nothing was sent.',
    ],
    [
      { kind: 'access-denied', digicertErrors: [] },
      "DigiCert does not let this gateway's account resend emails for this order. Ask the account's administrator; nothing was sent.",
    ],
    [
      rateLimited('DIGICERT'),
      'DigiCert takes no more requests for the moment. Try again in 7 s; nothing was sent.',
    ],
    [
      rateLimited('COOLDOWN'),
      'These emails were just resent, or are being resent. Look for them first, spam folder included. Try again in 7 s; nothing was sent.',
    ],
    [rateLimited('CALLER'), 'You have made too many requests. Try again in 7 s; nothing was sent.'],
    [
      upstream('CREDENTIALS_REJECTED', false),
      "DigiCert rejects this gateway's API key. Tell the gateway's operators, with the correlation id. Nothing was sent.",
    ],
    [
      upstream('MISCONFIGURED', false),
      "DigiCert does not understand this gateway's requests. Tell the gateway's operators, with the correlation id. Nothing was sent.",
    ],
    [
      upstream('UNREACHABLE', false),
      'DigiCert could not be reached. Try again in a moment. Nothing was sent.',
    ],
    [
      upstream('UNAVAILABLE', true),
      `DigiCert has a problem of its own; try again later. ${MAY_BE_SENT}`,
    ],
    [
      upstream('OUTCOME_UNKNOWN', true),
      `DigiCert did not answer in time, or the connection was lost. ${MAY_BE_SENT}`,
    ],
    [
      upstream('UNEXPECTED_RESPONSE', true),
      `DigiCert's response was not understood. Tell the gateway's operators, with the correlation id. ${MAY_BE_SENT}`,
    ],
    [
      upstream('UNEXPECTED_RESPONSE', false),
      "DigiCert's response was not understood. Tell the gateway's operators, with the correlation id. Nothing was sent.",
    ],
  ])('%j', (outcome, message) => {
    expect(describeFailure(outcome)).toBe(message);
  });
});
