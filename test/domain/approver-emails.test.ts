// The candidates for approving a name: customary mailboxes, never beyond the registered domain.
import fc from 'fast-check';
import { getPublicSuffix } from 'tldts';
import { listApproverEmails } from '../../src/domain/approver-emails';
import { parseResendRequest } from '../../src/domain/resend-request';

const domainsOf = (name: string) => [
  ...new Set(listApproverEmails([name]).map(({ emailDomain }) => emailDomain)),
];

describe('the approver addresses of a name', () => {
  it.each<[string, readonly string[]]>([
    ['example.com', ['example.com']],
    ['a.b.example.com', ['a.b.example.com', 'b.example.com', 'example.com']],
    ['*.shop.example.com', ['shop.example.com', 'example.com']],
    ['www.example.co.uk', ['www.example.co.uk', 'example.co.uk']],
    ['WWW.Example.COM', ['www.example.com', 'example.com']],
    ['me.github.io', ['me.github.io']],
    ['www.me.github.io', ['www.me.github.io', 'me.github.io']],
    ['www.city.kawasaki.jp', ['www.city.kawasaki.jp', 'city.kawasaki.jp']],
    ['a.b.c.kawasaki.jp', ['a.b.c.kawasaki.jp', 'b.c.kawasaki.jp']],
    ['bücher.example.de', ['xn--bcher-kva.example.de', 'example.de']],
    ['例え.公司.cn', ['xn--r8jz45g.xn--55qx5d.cn']],
  ])('%s has them at %j', (name, domains) => {
    expect(domainsOf(name)).toEqual(domains);
  });

  it.each([
    'com',
    'co.uk',
    'github.io',
    '*.co.uk',
    '公司.cn',
    'xn--55qx5d.cn',
    '127.0.0.1',
    '::1',
    'localhost',
    '',
    '*.',
    '..',
    'no domain',
    'a.*.example.com',
  ])('%j has none', (name) => {
    expect(listApproverEmails([name])).toEqual([]);
  });

  it('are five mailboxes at each domain, most specific first', () => {
    expect(listApproverEmails(['www.example.com']).map(({ email }) => email)).toEqual([
      'admin@www.example.com',
      'administrator@www.example.com',
      'webmaster@www.example.com',
      'hostmaster@www.example.com',
      'postmaster@www.example.com',
      'admin@example.com',
      'administrator@example.com',
      'webmaster@example.com',
      'hostmaster@example.com',
      'postmaster@example.com',
    ]);
  });

  it('are each there once, however many names lead to them', () => {
    const names = ['a.example.com', 'b.example.com', 'example.com'];
    expect(listApproverEmails(names)).toHaveLength(15);
  });

  it('are left out where the address would be too long', () => {
    const label = 'a'.repeat(60);
    const long = `${[label, label, label, 'a'.repeat(51)].join('.')}.example.com`;
    const emails = listApproverEmails([long]).map(({ email }) => email);
    expect(long).toHaveLength(246);
    expect(emails.filter((email) => email.endsWith(`@${long}`))).toEqual([`admin@${long}`]);
    expect(emails).toContain('administrator@example.com');
  });
});

describe('the approver addresses of any name', () => {
  const suffix = fc.constantFrom(
    'com',
    'co.uk',
    'github.io',
    'kawasaki.jp',
    'city.kawasaki.jp',
    'xn--55qx5d.cn',
    'example',
    'ck',
    'www.ck',
  );
  const label = fc.stringMatching(/^[a-z0-9](?:[a-z0-9-]{0,8}[a-z0-9])?$/);
  const name = fc
    .tuple(fc.boolean(), fc.array(label, { maxLength: 5 }), suffix)
    .map(([wildcard, labels, end]) => `${wildcard ? '*.' : ''}${[...labels, end].join('.')}`);
  const anyName = fc.oneof(
    name,
    fc.domain(),
    fc.ipV4(),
    fc.ipV6(),
    fc.string({ unit: 'grapheme' }),
  );

  it('are at the name or a parent of it, never at a public suffix', () => {
    fc.assert(
      fc.property(anyName, (text) => {
        const base = text.replace(/^\*\./, '').toLowerCase();
        for (const { email, emailDomain } of listApproverEmails([text])) {
          expect(email.endsWith(`@${emailDomain}`)).toBe(true);
          expect(getPublicSuffix(emailDomain, { allowPrivateDomains: true })).not.toBe(emailDomain);
          if (/^[\x21-\x7e]+$/.test(base)) {
            expect(base === emailDomain || base.endsWith(`.${emailDomain}`)).toBe(true);
          }
        }
      }),
      { numRuns: 2000 },
    );
  });

  it('pass the check of the mutation, each and all together', () => {
    fc.assert(
      fc.property(name, (text) => {
        const entries = listApproverEmails([text]).map((candidate) => ({
          domain: text,
          ...candidate,
        }));
        if (entries.length > 0) {
          expect(parseResendRequest('1', { domainApprovalEmails: entries }).ok).toBe(true);
        }
      }),
    );
  });
});
