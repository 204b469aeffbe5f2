// Which spellings of an address are one recipient: in one request, for the cool-down and in the audit trail.
import fc from 'fast-check';
import type { Recipient } from '../../src/domain/outcome';
import { toMailboxKey, toOverlap } from '../../src/domain/recipient';
import { parseResendRequest } from '../../src/domain/resend-request';
import { startTestApp } from '../support/test-app';

const at = (mailbox: string) => `${mailbox}@example.com`;

/** Spellings of one mailbox: by Unicode's full case folding and compatibility forms. */
const SAME: readonly (readonly [what: string, ...spellings: string[]])[] = [
  ['capitals', 'admin', 'Admin', 'ADMIN'],
  ['full width', 'admin', 'ａｄｍｉｎ', 'ＡＤＭＩＮ'],
  ['half width', 'カナ', 'ｶﾅ'],
  ['mathematical letters', 'admin', '𝐚𝐝𝐦𝐢𝐧', '𝕬𝖉𝖒𝖎𝖓'],
  ['circled letters and digits', 'a1', 'ⓐ①', 'Ⓐ①'],
  ['ligatures', 'office', 'oﬃce', 'OﬃCE'],
  ['composed and decomposed', 'r\u00e9sum\u00e9', 're\u0301sume\u0301', 'R\u00c9SUM\u00c9'],
  ['the Kelvin and the Angstrom sign', 'k\u00e5', '\u212a\u212b', 'K\u00c5'],
  ['long s', 'sales', '\u017fale\u017f'],
  ['sharp s', 'stra\u00dfe', 'strasse', 'STRASSE', 'STRA\u1e9eE'],
  ['sigma and final sigma', 'σοφος', 'σοφος'.replace(/σ$/, 'ς'), 'ΣΟΦΟΣ'],
  ['iota below', '\u1fb3', '\u1fbc', 'αι', 'ΑΙ'],
  ['combining iota', 'α\u0345', 'αι', 'Α\u0345'],
  ['the apostrophe before n', '\u0149a', 'ʼna', 'ʼNA'],
  ['capital i with a dot', '\u0130x', 'i\u0307x', 'I\u0307X'],
  ['Cherokee', 'ᏸꮳ', 'ᏰᏣ'],
  ['Armenian ligature', 'և', 'եւ', 'ԵՒ'],
  ['Georgian', 'ა', 'Ა'],
  ['Deseret, beyond 16 bits', '𐐨', '𐐀'],
  ['quotes that need not be', 'admin', '"admin"', '"Ad\\min"', '＂ａｄｍｉｎ＂'],
  ['quotes that need to be', '"a b"', '"A B"', '"Ａ\\ B"'],
];

const DIFFERENT: readonly (readonly [what: string, one: string, other: string])[] = [
  ['i without a dot', 'ad\u0131n', 'adin'],
  ['i without a dot and capital I', 'ad\u0131n', 'ADIN'],
  ['capital i with a dot and i', '\u0130x', 'ix'],
  ['an accent', 'resume', 'r\u00e9sum\u00e9'],
  ['letters of another script that look the same', 'admin', '\u0430dmin'],
  ['a dot', 'ad.min', 'admin'],
  ['a tag', 'admin+dcv', 'admin'],
];

/** Text in which letters fold, decompose, combine and are in quotes. */
const anyMailbox = fc
  .array(
    fc.oneof(
      fc.constantFrom('"', '\\', '＂', '＼', ' ', 'Σ', 'σ', 'ς', 'ß', 'ẞ', 'ı', 'İ', 'ŉ', 'Ꭰ', 'ꭰ'),
      fc.constantFrom('\u0307', '\u0345', '\u0301', 'ﬃ', 'ΐ', 'ǰ', 'Å', 'Ａ', 'ｶ', 'ﾞ', 'Dz', 'Ǆ'),
      fc.string({ unit: 'grapheme', maxLength: 3 }),
      fc.string({ unit: 'binary', maxLength: 3 }),
    ),
    { maxLength: 8 },
  )
  .map((parts) => parts.join(''));

describe('a mailbox', () => {
  it.each(SAME)('is one by %s', (_what, ...spellings) => {
    const keys = spellings.map((mailbox) => toMailboxKey(at(mailbox)));
    expect([...new Set(keys)]).toEqual([keys[0]]);
  });

  it('is found twice in one request, however it is spelt', () => {
    const mailboxes = ['straße', 'ＳＴＲＡＳＳＥ', 'STRAẞE', '"Stra\\sse"', 'strase'];
    const domainApprovalEmails = mailboxes.map((mailbox) => ({ email: at(mailbox) }));

    expect(parseResendRequest('1001', { domainApprovalEmails })).toEqual({
      ok: false,
      issueCount: 3,
      issues: [1, 2, 3].map((index) => ({
        path: ['input', 'domainApprovalEmails', String(index)],
        message:
          'This entry and the one at index 0 may be the same email; each entry causes one email.',
      })),
    });
  });

  it.each(DIFFERENT)('is another one by %s', (_what, one, other) => {
    expect(toMailboxKey(at(one))).not.toBe(toMailboxKey(at(other)));
  });

  it('has a key that is its own key, for any text', () => {
    fc.assert(
      fc.property(anyMailbox, (mailbox) => {
        const key = toMailboxKey(at(mailbox));
        expect(toMailboxKey(key)).toBe(key);
      }),
      { numRuns: 5_000 },
    );
  });

  it('has the same key in capitals, in small letters and in any normal form', () => {
    // Quotes are no letters, and the dotless i has the capital of another letter.
    const letters = anyMailbox.filter((text) => !/["ı\\]/.test(text.normalize('NFKC')));
    fc.assert(
      fc.property(letters, (mailbox) => {
        const key = toMailboxKey(at(mailbox));
        // Marks have an order, in which alone they may become letters.
        const ordered = mailbox.normalize('NFKC');
        for (const spelling of [
          ordered,
          ordered.toUpperCase(),
          ordered.toLowerCase(),
          mailbox.normalize('NFC'),
          mailbox.normalize('NFD'),
          mailbox.normalize('NFKD'),
        ]) {
          expect(toMailboxKey(at(spelling))).toBe(key);
        }
      }),
      { numRuns: 5_000 },
    );
  });

  it('of ASCII has the key it would have the long way', () => {
    fc.assert(
      fc.property(fc.stringMatching(/^[!#-~]{1,20}$/), (mailbox) => {
        // In quotes it goes the long way; what they would change is left out.
        const plain = mailbox.replaceAll('\\', '');
        expect(toMailboxKey(at(`"${plain}"`))).toBe(toMailboxKey(at(plain)));
      }),
    );
  });
});

/** Entries from few names and mailboxes, so that they often meet, in spellings that say the same. */
const anyEntry = fc
  .record({
    domain: fc.constantFrom(
      undefined,
      'example.com',
      '*.example.com',
      'a.example.com',
      'EXAMPLE.org',
    ),
    email: fc.constantFrom(
      undefined,
      'admin@example.com',
      'Admin@EXAMPLE.com',
      '"admin"@example.com',
      'webmaster@example.com',
    ),
  })
  .filter(({ domain, email }) => domain !== undefined || email !== undefined)
  .map(({ domain, email }) => ({ ...(domain && { domain }), ...(email && { email }) }));

/** What the rule says, without any keys: what is named by both is the same. */
function mayBeOneEmail(one: Recipient, other: Recipient): boolean {
  const toName = ({ domain }: Recipient) => domain?.toLowerCase().replace('*.', '');
  const toMailbox = ({ email }: Recipient) => email?.toLowerCase().replaceAll('"', '');
  return [toName, toMailbox].every((read) => {
    const [mine, theirs] = [read(one), read(other)];
    return mine === undefined || theirs === undefined || mine === theirs;
  });
}

function overlap(one: Recipient, other: Recipient): boolean {
  const { marks } = toOverlap(other);
  return toOverlap(one).conflictsWith.some((mark) => marks.includes(mark));
}

describe('two entries', () => {
  it('overlap where they may be one email, and nowhere else', () => {
    fc.assert(
      fc.property(fc.oneof(anyEntry, fc.constant({})), anyEntry, (one, other) => {
        expect(overlap(one, other)).toBe(mayBeOneEmail(one, other));
        expect(overlap(other, one)).toBe(overlap(one, other));
      }),
      { numRuns: 2_000 },
    );
    expect(overlap({}, {})).toBe(true);
  });

  it('that overlap never go out in one request, and all others do', () => {
    fc.assert(
      fc.property(fc.array(anyEntry, { minLength: 1, maxLength: 6 }), (entries) => {
        const parsed = parseResendRequest('1', { domainApprovalEmails: entries });
        const pairs = entries.flatMap((one, index) =>
          entries.slice(index + 1).map((other) => [one, other] as const),
        );
        expect(parsed.ok).toBe(!pairs.some(([one, other]) => mayBeOneEmail(one, other)));
      }),
      { numRuns: 2_000 },
    );
  });

  it('that overlap are never in one request to DigiCert, and each list without such is one request', async () => {
    const app = await startTestApp({ quota: [] });

    await fc.assert(
      fc.asyncProperty(fc.array(anyEntry, { minLength: 1, maxLength: 5 }), async (entries) => {
        await app.resend('1001', { domainApprovalEmails: entries });

        const sent = app
          .takeUpstreamRequests()
          .map(({ body }) => JSON.parse(body).domain_approval_emails as Recipient[]);
        const overlaps = (list: readonly Recipient[]) =>
          list.some((one, index) =>
            list.slice(0, index).some((other) => mayBeOneEmail(one, other)),
          );
        expect(sent.map(({ length }) => length)).toEqual(overlaps(entries) ? [] : [entries.length]);
        expect(sent.filter(overlaps)).toEqual([]);
      }),
      { numRuns: 300 },
    );
  });

  it('with one mailbox for two domains go out in one request', () => {
    const email = at('ＡＤＭＩＮ');
    const domainApprovalEmails = [
      { domain: 'example.com', email },
      { domain: 'www.example.com', email },
    ];
    expect(parseResendRequest('1', { domainApprovalEmails })).toMatchObject({ ok: true });
  });
});
