// The exact words about a fault in the arguments and of a read that failed: never more than is known.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseOrderListQuery } from '../../src/domain/order-list-query';
import type { UpstreamFailure } from '../../src/domain/outcome';
import { parseResendRequest } from '../../src/domain/resend-request';
import { toReadError } from '../../src/graphql/certificate-order/read-errors';
import { expectListed } from '../support/errors-doc';

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
    'This entry and the one at index 0 may be the same email; each entry causes one email.',
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

describe('the message of a fault in the arguments', () => {
  it.each(FAULTS)('%j', (parsed, message) => {
    expect(parsed.ok ? [] : parsed.issues.map((fault) => fault.message)).toEqual([message]);
  });

  it('is in docs/errors.md, with the evidence it rests on, and no other is', () => {
    expectListed(
      'What is said of a fault in the arguments',
      FAULTS.map(([, message]) => message),
    );
  });

  it('is one of these in the sources of the check', () => {
    const sources = ['resend-request.ts', 'order-list-query.ts'].map((name) =>
      readFileSync(join(__dirname, '..', '..', 'src', 'domain', name), 'utf8'),
    );
    const sentences = sources.flatMap(
      (source) => source.match(/(?<=['`])[^'`\n]* [^'`\n]*\.(?=['`])/g) ?? [],
    );
    const known = FAULTS.map(([, message]) => message);
    // What is between placeholders.
    const isKnown = (sentence: string) =>
      known.some((message) =>
        sentence.split(/\$\{[^}]*\}/).every((part) => message.includes(part)),
      );

    expect(sentences.length).toBeGreaterThanOrEqual(FAULTS.length - 1);
    expect(sentences.filter((sentence) => !isKnown(sentence))).toEqual([]);
  });
});

describe('the message of a read that failed', () => {
  it.each(OF_READS)('%j', (outcome, message) => {
    expect(toReadError(outcome).message).toBe(message);
  });

  it('is in docs/errors.md, with the evidence it rests on, and no other is', () => {
    // That of an order id is among those of arguments.
    expectListed(
      'What the messages of reads rest on',
      OF_READS.slice(1).map(([, message]) => message),
    );
  });
});
