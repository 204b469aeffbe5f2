// The exact words a user reads: what happened and what to do next, never more than is known.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseOrderListQuery } from '../../src/domain/order-list-query';
import type { FailedOutcome, NotEligibleReason, UpstreamFailure } from '../../src/domain/outcome';
import type { AttemptOutcome } from '../../src/domain/resend-attempt';
import { parseResendRequest } from '../../src/domain/resend-request';
import { toReadError } from '../../src/graphql/certificate-order/read-errors';
import { describeFailure } from '../../src/graphql/resend-dv-emails/messages';
import { readTable } from '../support/markdown';

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

const entry = (fields: object) => parseResendRequest('1', { domainApprovalEmails: [fields] });
const GIVEN = { domain: 'example.com', email: 'admin@example.com' };

/** What is said of one fault in the arguments. */
const FAULTS: readonly (readonly [
  ReturnType<typeof parseResendRequest | typeof parseOrderListQuery>,
  string,
])[] = [
  [parseResendRequest('x', {}), 'An order id has 1 to 20 digits, such as 1234567.'],
  [parseResendRequest('1', { locale: '!' }), 'A locale is a language code such as en.'],
  [
    parseResendRequest('1', {
      domainApprovalEmails: Array.from({ length: 251 }, (_, index) => ({
        domain: `a${index}.example`,
      })),
    }),
    'At most 250 entries are sent at once, and this list has 251. Send the others in further calls, 250 at a time.',
  ],
  [entry({}), 'An entry needs a domain, an email or both.'],
  [
    parseResendRequest('1', { domainApprovalEmails: [GIVEN, { domain: 'example.com' }] }),
    'This entry and the one at index 0 may be the same email; each entry is an email.',
  ],
  [entry({ domain: 'x' }), '"x" is not a domain name such as example.com or *.example.com.'],
  [entry({ email: 'x' }), '"x" is not an email address such as admin@example.com.'],
  [entry({ ...GIVEN, emailDomain: 'x' }), '"x" is not a domain name such as example.com.'],
  [
    entry({ domain: 'exam\u200bple.com' }),
    '"exam\\u200bple.com" has a character that cannot be seen, shown here by its number: type it again without that.',
  ],
  [
    entry({ email: 'a@x.github.io', emailDomain: 'github.io' }),
    '"github.io" is a public suffix: names below it have different owners.',
  ],
  [
    entry({ ...GIVEN, emailDomain: 'example.org' }),
    '"example.org" is neither example.com nor a parent of it.',
  ],
  [parseOrderListQuery({ first: 0 }), 'A page has 1 to 100 orders.'],
  [parseOrderListQuery({ after: 'x' }), 'This is no cursor of an order: give one as it came.'],
  [
    parseOrderListQuery({ filter: { domainName: 'x' } }),
    'This is not a domain name such as example.com.',
  ],
  [
    parseOrderListQuery({ filter: { search: '' } }),
    'Search for 1 to 255 characters, all of which can be seen.',
  ],
  [
    parseOrderListQuery({ filter: { status: '!' } }),
    'A status is one word of DigiCert, such as pending.',
  ],
];

const unavailable = 'DigiCert was not reached, failed or did not answer in time. Try again later.';
const unexpected =
  "What came back from DigiCert, or from a server before it, is not what this gateway expects. Tell the gateway's operators, with the correlation id.";
const failed = (reason: UpstreamFailure) =>
  ({ kind: 'upstream-failed', reason, diagnostics: {} }) as const;

/** What a read says that failed. */
const OF_READS: readonly (readonly [Parameters<typeof toReadError>[0], string])[] = [
  [{ kind: 'invalid-id' }, 'An order id has 1 to 20 digits, such as 1234567.'],
  [
    { kind: 'access-denied', permissionMissing: true, digicertErrors: [], emailDomainAdded: false },
    "DigiCert does not let this gateway's account read this. Ask the account's administrator.",
  ],
  [
    { kind: 'rate-limited', scope: 'CALLER', retryAfterSeconds: 7 },
    'You have made too many requests. Try again in 7 s.',
  ],
  [
    { kind: 'rate-limited', scope: 'DIGICERT', retryAfterSeconds: 7 },
    'No more requests can be made to DigiCert for the moment. Try again in 7 s.',
  ],
  [
    { kind: 'too-long' },
    "DigiCert's response is longer than this gateway reads. Ask for fewer orders at once.",
  ],
  [failed('UNREACHABLE'), unavailable],
  [failed('UNAVAILABLE'), unavailable],
  [failed('OUTCOME_UNKNOWN'), unavailable],
  [failed('CREDENTIALS_REJECTED'), unexpected],
  [failed('MISCONFIGURED'), unexpected],
  [failed('UNEXPECTED_RESPONSE'), unexpected],
  [{ kind: 'refused', digicertErrors: [] }, unexpected],
];

const doc = readFileSync(join(__dirname, '..', '..', 'docs', 'errors.md'), 'utf8');

describe('the message', () => {
  it.each(MESSAGES)('of a resend: %j', (outcome, message) => {
    expect(describeFailure(outcome)).toBe(message);
  });

  it.each(FAULTS)('of a fault in the arguments: %j', (parsed, message) => {
    expect(parsed.ok ? [] : parsed.issues.map((fault) => fault.message)).toEqual([message]);
  });

  it.each(OF_READS)('of a read: %j', (outcome, message) => {
    expect(toReadError(outcome).message).toBe(message);
  });

  it.each([
    ['What each message rests on', MESSAGES],
    ['What is said of a fault in the arguments', FAULTS],
    ['What the messages of reads rest on', OF_READS.slice(1)],
  ] as const)(
    'is in docs/errors.md, with the evidence it rests on, and no other is: %s',
    (heading, messages) => {
      const rows = readTable(doc, heading);

      expect(rows.map(([message]) => message?.replaceAll('`', ''))).toEqual([
        ...new Set(messages.map(([, message]) => message)),
      ]);
      expect(rows.filter(([, evidence = '']) => evidence.length < 10)).toEqual([]);
    },
  );
});

it('every message of a fault in the arguments is among these', () => {
  const sources = ['resend-request.ts', 'order-list-query.ts'].map((name) =>
    readFileSync(join(__dirname, '..', '..', 'src', 'domain', name), 'utf8'),
  );
  const sentences = sources.flatMap(
    (source) => source.match(/(?<=['`])[^'`\n]* [^'`\n]*\.(?=['`])/g) ?? [],
  );
  const known = FAULTS.map(([, message]) => message);
  // What is between placeholders.
  const isKnown = (sentence: string) =>
    known.some((message) => sentence.split(/\$\{[^}]*\}/).every((part) => message.includes(part)));

  expect(sentences.length).toBeGreaterThanOrEqual(FAULTS.length - 1);
  expect(sentences.filter((sentence) => !isKnown(sentence))).toEqual([]);
});
