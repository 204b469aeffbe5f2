// The email domain of an address at a parent of its domain: added where none is given, and never in silence.
import { accepted } from '../support/outcome-rows';
import { REQUEST_ID, startTestApp, type TestApp } from '../support/test-app';

let app: TestApp;

beforeAll(async () => {
  app = await startTestApp();
});

describe('the email domain', () => {
  it.each([
    ['sub.example2.com', 'someone@example2.com', 'example2.com'],
    ['a.b.example2.com', 'someone@b.example2.com', 'b.example2.com'],
    ['*.sub.example2.com', 'someone@example2.com', 'example2.com'],
    ['sub.example.co.uk', 'someone@example.co.uk', 'example.co.uk'],
    ['sub.bücher.example', 'someone@BÜCHER.example', 'xn--bcher-kva.example'],
    ['example2.com', 'someone@example2.com', undefined],
    ['*.example2.com', 'someone@example2.com', undefined],
    ['example.co.uk', 'someone@co.uk', undefined],
    ['someone.github.io', 'admin@github.io', undefined],
    ['example2.com', 'someone@sub.example2.com', undefined],
    ['sub.example2.com', 'someone@ample2.com', undefined],
    ['sub.example2.com', undefined, undefined],
  ])('adds to %s with the email %s the email domain %s', async (domain, email, emailDomain) => {
    const response = await app.resend('1001', {
      domainApprovalEmails: [{ domain, ...(email && { email }) }],
    });

    const [request] = app.takeUpstreamRequests();
    const [sent] = JSON.parse(request?.body ?? '').domain_approval_emails;
    expect(response).toEqual(
      accepted({
        domain: sent.domain,
        email: sent.email ?? null,
        emailDomain: emailDomain ?? null,
      }),
    );
    expect(sent.email_domain).toBe(emailDomain);
  });

  it('leaves an email domain that is given, and adds none where the settings say so', async () => {
    const entry = { domain: 'a.b.example2.com', email: 'someone@example2.com' };
    const given = { ...entry, emailDomain: 'b.example2.com' };
    const strict = await startTestApp({ environment: { DIGICERT_EMAIL_DOMAIN: 'given' } });

    expect(await app.resend('1001', { domainApprovalEmails: [given] })).toEqual(accepted(given));
    expect(await strict.resend('1001', { domainApprovalEmails: [entry] })).toEqual(
      accepted({ ...entry, emailDomain: null }),
    );

    const [sent, sentStrictly] = [app, strict].map(
      (one) => JSON.parse(one.takeUpstreamRequests()[0]?.body ?? '').domain_approval_emails,
    );
    expect(sent).toEqual([
      { domain: entry.domain, email: entry.email, email_domain: 'b.example2.com' },
    ]);
    expect(sentStrictly).toEqual([entry]);
  });

  it.each([
    [
      '1400',
      {
        __typename: 'ResendDvEmailsInvalidInputError',
        message:
          'DigiCert refused this request. Check the recipients and the language; nothing was sent.',
        issues: [],
        digicertErrors: [
          { code: 'simulator|refused', message: 'The simulator refuses this order.' },
        ],
      },
    ],
    [
      '1403',
      {
        __typename: 'ResendDvEmailsAccessDeniedError',
        message:
          "DigiCert says that the gateway's API key lacks the permission for this. Ask the administrator of the DigiCert account; nothing was sent.",
        digicertErrors: [
          {
            code: 'access_denied|missing_permission',
            message: 'You do not have permission to access this order.',
          },
        ],
      },
    ],
  ])('says of a refusal that it had added an email domain: %s', async (id, member) => {
    const entry = { domain: 'sub.example2.com', email: 'someone@example2.com' };
    const refused = (added: string) => ({
      data: {
        resendDvEmails: {
          ...member,
          message: member.message + added,
          retryable: false,
          correlationId: REQUEST_ID,
        },
      },
    });

    expect(await app.resend(id, { domainApprovalEmails: [entry] })).toEqual(
      refused(' For addresses at a parent of their domain, the gateway had added emailDomain.'),
    );
    expect(
      await app.resend(id, {
        domainApprovalEmails: [{ ...entry, emailDomain: 'example2.com' }],
      }),
    ).toEqual(refused(''));
    app.takeUpstreamRequests();
  });
});
