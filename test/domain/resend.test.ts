import { readPackageInfo } from '../../src/package-info';
import { START } from '../support/manual-clock';
import { API_KEY, describeRequest, startTestApp } from '../support/test-app';

describe('a resend that DigiCert accepts', () => {
  it('sends the documented request and says what was sent', async () => {
    const app = await startTestApp();

    const response = await app.resend('1001', {
      domainApprovalEmails: [
        { domain: 'example.com', email: 'someone@example.com' },
        { domain: 'example2.com', email: 'someone@example2.com' },
      ],
      locale: 'en',
    });

    expect(response).toEqual({
      data: {
        resendDvEmails: {
          __typename: 'ResendDvEmailsSuccess',
          order: { id: '1001' },
          acceptedAt: START,
          domainApprovalEmails: [
            { domain: 'example.com', email: 'someone@example.com', emailDomain: null },
            { domain: 'example2.com', email: 'someone@example2.com', emailDomain: null },
          ],
          locale: 'en',
        },
      },
    });
    const [request, ...others] = app.takeUpstreamRequests();
    const body =
      '{"domain_approval_emails":[{"domain":"example.com","email":"someone@example.com"},' +
      '{"domain":"example2.com","email":"someone@example2.com"}],"locale":"en"}';
    const { name, version } = readPackageInfo();
    expect(others).toEqual([]);
    expect(request).toEqual({
      method: 'PUT',
      path: '/services/v2/order/certificate/1001/resend-emails',
      headers: {
        host: expect.stringMatching(/^127\.0\.0\.1:\d+$/),
        connection: 'keep-alive',
        'x-dc-devkey': API_KEY,
        'content-type': 'application/json',
        accept: 'application/json',
        'user-agent': `${name}/${version}`,
        'content-length': String(body.length),
      },
      body,
    });
    expect(app.outbox).toEqual([{ orderId: '1001', body: JSON.parse(body), acceptedAt: START }]);
  });

  it.each([
    ['no input', undefined, '{}'],
    ['a null input', null, '{}'],
    ['an empty input', {}, '{}'],
    ['keys that are null', { domainApprovalEmails: null, locale: null }, '{}'],
    ['an empty list', { domainApprovalEmails: [] }, '{"domain_approval_emails":[]}'],
    [
      'entries with some of the keys',
      {
        domainApprovalEmails: [
          { domain: 'example.com', email: null },
          { domain: 'sub.example.com', email: 'admin@example.com', emailDomain: 'example.com' },
        ],
      },
      '{"domain_approval_emails":[{"domain":"example.com"},' +
        '{"domain":"sub.example.com","email":"admin@example.com","email_domain":"example.com"}]}',
    ],
    [
      'entries with an address alone',
      { domainApprovalEmails: [{ email: 'admin@example.com' }, { email: 'admin@example.org' }] },
      '{"domain_approval_emails":[{"email":"admin@example.com"},{"email":"admin@example.org"}]}',
    ],
    [
      'Unicode names, which go out as A-labels',
      {
        domainApprovalEmails: [
          {
            domain: '*.Bücher.example',
            email: 'José@bücher.example',
            emailDomain: 'BÜCHER.example',
          },
        ],
      },
      '{"domain_approval_emails":[{"domain":"*.xn--bcher-kva.example",' +
        '"email":"José@xn--bcher-kva.example","email_domain":"xn--bcher-kva.example"}]}',
    ],
    [
      'names with a sharp s, which are not those with ss',
      { domainApprovalEmails: [{ domain: 'STRAẞE.de', email: 'admin@straße.de' }] },
      '{"domain_approval_emails":[{"domain":"xn--strae-oqa.de","email":"admin@xn--strae-oqa.de"}]}',
    ],
    [
      'an address other than the five customary ones',
      { domainApprovalEmails: [{ email: 'tls.team+dcv@corp.example.org' }] },
      '{"domain_approval_emails":[{"email":"tls.team+dcv@corp.example.org"}]}',
    ],
    ['a locale in another spelling', { locale: 'pt-br' }, '{"locale":"pt-br"}'],
  ])('sends %s as %s', async (_name, input, body) => {
    const app = await startTestApp();

    const response = await app.resend('1001', input);

    expect(response.data?.resendDvEmails?.__typename).toBe('ResendDvEmailsSuccess');
    expect(app.takeUpstreamRequests().map((request) => request.body)).toEqual([body]);
  });

  it('keeps the zeros an order id begins with', async () => {
    const app = await startTestApp();

    await app.resend('007');

    expect(app.takeUpstreamRequests().map(describeRequest)).toEqual(['PUT 007']);
  });

  it('takes an order id that the client sends as a number', async () => {
    const app = await startTestApp();

    const response = await app.post({
      query: 'mutation { resendDvEmails(orderId: 1001) { __typename } }',
    });

    expect(await response.json()).toEqual({
      data: { resendDvEmails: { __typename: 'ResendDvEmailsSuccess' } },
    });
    expect(app.takeUpstreamRequests().map(describeRequest)).toEqual(['PUT 1001']);
  });
});
