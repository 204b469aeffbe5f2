// The candidates for approving a name: customary mailboxes, never beyond the registered domain.
import fc from 'fast-check';
import { getDomain, getPublicSuffix } from 'tldts';
import { explainNoApproverEmails, listApproverEmails } from '../../src/domain/approver-emails';
import { parseResendRequest } from '../../src/domain/resend-request';

const domainsOf = (name: string) => [
  ...new Set(listApproverEmails([name]).map(({ emailDomain }) => emailDomain)),
];

describe('the approver addresses of a name', () => {
  it.each<[string, readonly string[]]>([
    ['example.com', ['example.com']],
    ['a.b.example.com', ['example.com', 'b.example.com', 'a.b.example.com']],
    ['*.shop.example.com', ['example.com', 'shop.example.com']],
    ['shop.example.com.', ['example.com', 'shop.example.com']],
    ['www.example.co.uk', ['example.co.uk']],
    ['WWW.Example.COM', ['example.com']],
    ['a.www.example.com', ['example.com', 'a.www.example.com']],
    ['www.ck', ['www.ck']],
    ['a.www.ck', ['www.ck', 'a.www.ck']],
    ['www.github.io', ['www.github.io']],
    ['www.com', ['www.com']],
    ['www.www.com', ['www.com']],
    ['_dmarc.example.com', ['example.com']],
    ['a._x.shop.example.com', ['example.com', 'shop.example.com']],
    ['a_b.c.example.com.', ['example.com', 'c.example.com']],
    ['me.github.io', ['me.github.io']],
    ['www.me.github.io', ['me.github.io']],
    ['www.city.kawasaki.jp', ['city.kawasaki.jp']],
    ['a.b.c.kawasaki.jp', ['b.c.kawasaki.jp', 'a.b.c.kawasaki.jp']],
    ['example.google', ['example.google']],
    ['bücher.example.de', ['example.de', 'xn--bcher-kva.example.de']],
    ['例え.公司.cn', ['xn--r8jz45g.xn--55qx5d.cn']],
  ])('%s has them at %j', (name, domains) => {
    expect(domainsOf(name)).toEqual(domains);
  });

  it.each<[string, ReturnType<typeof explainNoApproverEmails>]>([
    ['com', 'PUBLIC_SUFFIX'],
    ['COM.', 'PUBLIC_SUFFIX'],
    ['google', 'PUBLIC_SUFFIX'],
    ['co.uk', 'PUBLIC_SUFFIX'],
    ['github.io', 'PUBLIC_SUFFIX'],
    ['*.co.uk', 'PUBLIC_SUFFIX'],
    ['*.com', 'PUBLIC_SUFFIX'],
    ['co.uk.', 'PUBLIC_SUFFIX'],
    ['any.ck', 'PUBLIC_SUFFIX'],
    ['公司.cn', 'PUBLIC_SUFFIX'],
    ['xn--55qx5d.cn', 'PUBLIC_SUFFIX'],
    ['127.0.0.1', 'IP_ADDRESS'],
    ['::1', 'IP_ADDRESS'],
    ['2001:db8::1', 'IP_ADDRESS'],
    ['_x.com', 'NOT_A_DOMAIN_NAME'],
    ['_dmarc.co.uk', 'NOT_A_DOMAIN_NAME'],
    ['a_b.github.io', 'NOT_A_DOMAIN_NAME'],
    ['localhost', 'NOT_A_DOMAIN_NAME'],
    ['', 'NOT_A_DOMAIN_NAME'],
    ['.', 'NOT_A_DOMAIN_NAME'],
    ['.com', 'NOT_A_DOMAIN_NAME'],
    ['*.', 'NOT_A_DOMAIN_NAME'],
    ['..', 'NOT_A_DOMAIN_NAME'],
    ['example.com..', 'NOT_A_DOMAIN_NAME'],
    ['no domain', 'NOT_A_DOMAIN_NAME'],
    ['https://com/', 'NOT_A_DOMAIN_NAME'],
    ['a.*.example.com', 'NOT_A_DOMAIN_NAME'],
  ])('%j has none: %s', (name, reason) => {
    expect(listApproverEmails([name])).toEqual([]);
    expect(explainNoApproverEmails([name])).toBe(reason);
  });

  it('are missing without a reason nowhere: it is that of the first of several names', () => {
    expect(explainNoApproverEmails([])).toBe('NOT_A_DOMAIN_NAME');
    expect(explainNoApproverEmails(['co.uk', '127.0.0.1'])).toBe('PUBLIC_SUFFIX');
    expect(explainNoApproverEmails(['co.uk', 'example.com'])).toBeUndefined();
  });

  it('are five mailboxes at each domain, the registrable one first', () => {
    expect(listApproverEmails(['shop.example.com']).map(({ email }) => email)).toEqual([
      'admin@example.com',
      'administrator@example.com',
      'webmaster@example.com',
      'hostmaster@example.com',
      'postmaster@example.com',
      'admin@shop.example.com',
      'administrator@shop.example.com',
      'webmaster@shop.example.com',
      'hostmaster@shop.example.com',
      'postmaster@shop.example.com',
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
  const level = fc.oneof({ weight: 3, arbitrary: label }, fc.constantFrom('www', '_x', 'a_b'));
  const name = fc
    .tuple(
      fc.constantFrom('', '*.'),
      fc.array(level, { maxLength: 5 }),
      suffix,
      fc.constantFrom('', '.'),
    )
    .map(([wildcard, labels, end, root]) => wildcard + [...labels, end].join('.') + root);
  const anyName = fc.oneof(
    name,
    fc.domain(),
    fc.ipV4(),
    fc.ipV6(),
    fc.string({ unit: 'grapheme' }),
  );

  it('are at the name or a parent of it, first at the registrable domain, never at a public suffix', () => {
    fc.assert(
      fc.property(anyName, (text) => {
        const base = text.replace(/^\*\./, '').replace(/\.$/, '').toLowerCase();
        const [first] = listApproverEmails([text]);
        expect(explainNoApproverEmails([text]) === undefined).toBe(first !== undefined);
        expect(first?.emailDomain).toBe(
          first && getDomain(first.emailDomain, { allowPrivateDomains: true }),
        );
        for (const { email, emailDomain } of listApproverEmails([text])) {
          expect(email.endsWith(`@${emailDomain}`)).toBe(true);
          expect(getPublicSuffix(emailDomain, { allowPrivateDomains: true })).not.toBe(emailDomain);
          if (/^[\x21-\x7e]+$/.test(base)) {
            expect(base === emailDomain || base.endsWith(`.${emailDomain}`)).toBe(true);
            expect(emailDomain.endsWith(first?.emailDomain ?? '?')).toBe(true);
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
        // DigiCert has no order with such a label, and the mutation refuses it.
        if (entries.length > 0 && !text.includes('_')) {
          expect(parseResendRequest('1', { domainApprovalEmails: entries }).ok).toBe(true);
        }
      }),
    );
  });
});
