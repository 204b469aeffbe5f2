// Any string at all as order id, domain, email or locale: an issue, or a well-formed request.
import fc from 'fast-check';
import isEmail from 'validator/lib/isEmail';
import type { ResendDvEmailsInput } from '../../src/client/operations';
import { parseDnsName } from '../../src/domain/dns-name';
import { parseEmailAddress } from '../../src/domain/email-address';
import { parseResendRequest } from '../../src/domain/resend-request';
import { startTestApp } from '../support/test-app';

/** What may be in a host name, an address and a locale on the wire. */
const DOMAIN = /^(?:\*\.)?(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z0-9][a-z0-9-]*[a-z0-9]$/;
const EMAIL = /^[^\p{Cc}\u2028\u2029]{1,64}@(?:[a-z0-9-]{1,63}\.)+[a-z0-9-]{2,63}$/u;
const LOCALE = /^[A-Za-z]{2,3}(?:[-_][A-Za-z0-9]{1,8}){0,4}$/;

/** Made once: fast-check takes long to prepare it. */
const graphemes = fc.string({ unit: 'grapheme' });
const nearDomain = fc
  .array(fc.oneof(fc.domain(), graphemes, fc.constantFrom('*.', '.', 'xn--')))
  .map((parts) => parts.join(''));
const anyText = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 300 }),
  fc.string({ unit: 'grapheme', maxLength: 300 }),
  nearDomain,
  fc.domain(),
  fc.emailAddress(),
  fc.webUrl(),
  fc.ipV4(),
  fc.ipV6(),
  fc.tuple(graphemes, nearDomain).map(([local, domain]) => `${local}@${domain}`),
);
const maybe = (text: fc.Arbitrary<string>) => fc.option(text, { nil: undefined });
const anyInput = fc.record({
  domainApprovalEmails: fc.option(
    fc.array(
      fc.record({ domain: maybe(anyText), email: maybe(anyText), emailDomain: maybe(anyText) }),
      { maxLength: 5 },
    ),
    { nil: undefined },
  ),
  locale: maybe(fc.oneof(anyText, fc.constantFrom('en', 'pt-BR', 'zh_CN'))),
}) as fc.Arbitrary<ResendDvEmailsInput>;
const anyOrderId = fc.oneof(anyText, fc.stringMatching(/^[0-9]{1,22}$/));

describe('the local check, for any text', () => {
  it('finds an issue or leaves only what is well formed', () => {
    fc.assert(
      fc.property(anyOrderId, anyInput, (orderId, input) => {
        const parsed = parseResendRequest(orderId, input);
        if (!parsed.ok) {
          expect(parsed.issues.length).toBeGreaterThan(0);
          return;
        }
        const { request } = parsed;
        expect(request.orderId).toMatch(/^[0-9]{1,20}$/);
        expect(request.orderId).toBe(orderId);
        for (const { domain, email, emailDomain } of request.domainApprovalEmails ?? []) {
          expect(domain ?? email).toBeDefined();
          expect(domain ?? 'example.com').toMatch(DOMAIN);
          expect(emailDomain ?? 'example.com').toMatch(DOMAIN);
          expect(email ?? 'admin@example.com').toMatch(EMAIL);
        }
        expect(request.locale ?? 'en').toMatch(LOCALE);
      }),
      { numRuns: 3000 },
    );
  });

  it('reads plain names and addresses the short way as it would the long way', () => {
    const label = fc.oneof(
      fc.stringMatching(/^[a-z0-9-]{0,6}$/),
      fc.integer({ min: 60, max: 66 }).map((length) => 'a'.repeat(length)),
    );
    const name = fc
      .tuple(
        fc.array(label, { minLength: 1, maxLength: 6 }),
        fc.constantFrom('com', 'c', '7', 'x-y'),
      )
      .map(([labels, top]) => [...labels, top].join('.'));
    const mailbox = fc.oneof(
      fc.stringMatching(/^[a-zA-Z0-9._+-]{0,8}$/),
      fc.integer({ min: 60, max: 66 }).map((length) => 'a'.repeat(length)),
    );
    fc.assert(
      fc.property(name, mailbox, (domain, box) => {
        // No short way takes capital letters in a name.
        expect(parseDnsName(domain)).toBe(parseDnsName(domain.toUpperCase()));
        const isGood = parseDnsName(domain) !== undefined && isEmail(`${box}@${domain}`);
        expect(parseEmailAddress(`${box}@${domain}`)).toBe(isGood ? `${box}@${domain}` : undefined);
      }),
      { numRuns: 3000 },
    );
  });

  it('takes its own result again, unchanged', () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(fc.domain(), fc.emailAddress())), (pairs) => {
        const entries = pairs.map(([domain, email]) => ({ domain, email }));
        const once = parseResendRequest('1', { domainApprovalEmails: entries });
        if (once.ok) {
          const request = { ...once.request, emailDomainAdded: false };
          expect(parseResendRequest('1', once.request)).toEqual({ ok: true, request });
        }
      }),
    );
  });

  it('accepts every real domain and mailbox', () => {
    fc.assert(
      fc.property(fc.domain(), fc.constantFrom('admin', 'hostmaster'), (domain, mailbox) => {
        const email = `${mailbox}@${domain}`;
        expect(parseResendRequest('1', { domainApprovalEmails: [{ domain, email }] })).toEqual({
          ok: true,
          request: {
            orderId: '1',
            domainApprovalEmails: [
              { domain: domain.toLowerCase(), email: `${mailbox}@${domain.toLowerCase()}` },
            ],
            locale: undefined,
            emailDomainAdded: false,
          },
        });
      }),
    );
  });
});

describe('the gateway, for any text', () => {
  it('answers every call, and sends only well-formed requests', async () => {
    const app = await startTestApp({ quota: [] });

    await fc.assert(
      fc.asyncProperty(anyOrderId, anyInput, async (orderId, input) => {
        const response = await app.resend(orderId, input);
        expect(response.errors).toBeUndefined();
        const sent = app.takeUpstreamRequests();
        const member = response.data?.resendDvEmails?.__typename;
        if (member === 'ResendDvEmailsInvalidInputError') {
          expect(sent).toEqual([]);
          return;
        }
        expect(member).toBe('ResendDvEmailsOrderNotFoundError');
        expect(sent.map(({ method, path }) => `${method} ${path}`)).toEqual([
          `PUT /services/v2/order/certificate/${orderId}/resend-emails`,
        ]);
        const body = sent[0]?.body ?? '';
        expect(JSON.stringify(JSON.parse(body))).toBe(body);
        JSON.parse(body, (_key, value) => {
          expect(value).not.toBeNull();
          return value;
        });
      }),
      { numRuns: 300 },
    );
  }, 60_000);
});
