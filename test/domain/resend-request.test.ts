// What the gateway refuses by itself, without a call upstream.
import type { ResendDvEmailsInput } from '../../src/client/operations';
import { accepted } from '../support/outcome-rows';
import { REQUEST_ID, startTestApp, type TestApp } from '../support/test-app';

let app: TestApp;

beforeAll(async () => {
  app = await startTestApp();
});

async function refuse(orderId: string, input?: ResendDvEmailsInput) {
  const response = await app.resend(orderId, input);
  const result = response.data?.resendDvEmails;
  const issues = result?.__typename === 'ResendDvEmailsInvalidInputError' ? result.issues : [];
  const faults = issues.length === 1 ? 'the fault' : `the ${issues.length} faults`;
  expect(response).toEqual({
    data: {
      resendDvEmails: {
        __typename: 'ResendDvEmailsInvalidInputError',
        message: `Please correct ${faults} in what you entered; nothing was sent.`,
        retryable: false,
        correlationId: REQUEST_ID,
        issues,
        digicertErrors: [],
      },
    },
  });
  // No request is taken here: one that arrived upstream fails the test.
  return issues;
}

const pathsOf = (issues: readonly { path: readonly string[] }[]) =>
  issues.map(({ path }) => path.join('.'));

describe('the local check', () => {
  it.each([
    ['nothing', ''],
    ['a space', ' '],
    ['a path', '1/../2'],
    ['a query', '1?x'],
    ['a fragment', '1#x'],
    ['percent encoding', '%2e'],
    ['21 digits', '123456789012345678901'],
    ['Arabic digits', '١٢٣'],
    ['full-width digits', '\uff11\uff12\uff13'],
    ['a sign', '-1'],
    ['a fraction', '1.5'],
    ['an exponent', '1e5'],
    ['hexadecimal', '0x10'],
    ['digits and a line break', '1001\n'],
    ['digits and a NUL', '1001\0'],
    ['a word', 'latest'],
  ])('refuses an order id with %s', async (_name, orderId) => {
    expect(await refuse(orderId)).toEqual([
      { path: ['orderId'], message: 'An order id has 1 to 20 digits, such as 1234567.' },
    ]);
  });

  it.each(['1e21', '12345678901234567890', '9007199254740993', '1.5', '-9007199254740993'])(
    'refuses an order id that the client sends as the number %s, which is not exact',
    async (number) => {
      const response = await app.post(
        `{"query":"mutation($id: ID!) { resendDvEmails(orderId: $id) { __typename } }","variables":{"id":${number}}}`,
      );

      expect(response.status).toBe(400);
      expect(await response.json()).toEqual({
        errors: [
          {
            message: 'Variable "$id" is not exact as a number: send the id as a string.',
            locations: [{ line: 1, column: 10 }],
            extensions: { code: 'BAD_USER_INPUT', correlationId: REQUEST_ID },
          },
        ],
      });
    },
  );

  it('takes an order id that the client sends as the number 1001', async () => {
    const response = await app.post({
      query: 'mutation($id: ID!) { resendDvEmails(orderId: $id) { __typename } }',
      variables: { id: 1001 },
    });

    expect(await response.json()).toMatchObject({
      data: { resendDvEmails: { __typename: 'ResendDvEmailsSuccess' } },
    });
    app.takeUpstreamRequests();
  });

  it('takes an order id of 20 digits', async () => {
    const response = await app.resend('12345678901234567890');

    expect(response.data?.resendDvEmails?.__typename).toBe('ResendDvEmailsOrderNotFoundError');
    expect(app.takeUpstreamRequests().map(({ path }) => path)).toEqual([
      '/services/v2/order/certificate/12345678901234567890/resend-emails',
    ]);
  });

  it.each([
    '',
    ' ',
    'example',
    'example.com..',
    'exam\u200bple.com',
    'example.com\u00a0',
    '.example.com',
    'example..com',
    '-example.com',
    'exa mple.com',
    'example.com/path',
    'example.com:80',
    'user@example.com',
    'example.com?x',
    'example.com#x',
    'exam%70le.com',
    'example.com\n',
    'exa_mple.com',
    '127.0.0.1',
    '2130706433.0',
    '[::1]',
    '**.example.com',
    '*.*.example.com',
    '*example.com',
    'www.*.example.com',
    '*.',
    'xn--zzzzzzzz.example',
    'xn--0.example',
    'bücher.xn--0.example',
    `${'a'.repeat(64)}.example`,
    `${'a.'.repeat(126)}example`,
    `*.${'a.'.repeat(123)}example`,
    'http://example.com',
    '1.2.3',
    'a\uff0fb.example',
    'example.com\u0000',
    '\ud800.example',
  ])('refuses the domain %j', async (domain) => {
    const issues = await refuse('1001', { domainApprovalEmails: [{ domain }] });
    expect(pathsOf(issues)).toEqual(['input.domainApprovalEmails.0.domain']);
  });

  it.each([
    '',
    'admin',
    '@example.com',
    'admin@',
    'admin@example',
    'admin@example.com\u00a0',
    'admin@example.com.',
    'admin@@example.com',
    'ad min@example.com',
    'admin@*.example.com',
    'admin@[127.0.0.1]',
    'admin@example.com\r\nBcc: all@example.com',
    'admin\r\n@example.com',
    '"ad\r\nmin"@example.com',
    '"ad\u0001min"@example.com',
    'ad\u200bmin@example.com',
    'admin@exa\u200bmple.com',
    'admin@example.com\u00ad',
    'ad\u202emin@example.com',
    'ad\u3000min@example.com',
    'Admin <admin@example.com>',
    'admin@example.com,other@example.com',
    '.admin@example.com',
    'ad..min@example.com',
    `${'a'.repeat(65)}@example.com`,
    `admin@${'a.'.repeat(125)}com`,
    '\ud800@example.com',
    'admin\u3164@example.com',
    'admin\ufe0f@example.com',
    'admin\uff20evil.com@example.com',
    'a\uff0cb@example.com',
    '\uff1cx\uff1e@example.com',
    '"a,b"@example.com',
    '"a@b"@example.com',
    '""@example.com',
    `${'\u00e9'.repeat(32)}@${'a'.repeat(60)}.${'b'.repeat(60)}.${'c'.repeat(60)}.${'d'.repeat(35)}.example`,
  ])('refuses the email %j', async (email) => {
    const issues = await refuse('1001', { domainApprovalEmails: [{ email }] });
    expect(pathsOf(issues)).toEqual(['input.domainApprovalEmails.0.email']);
  });

  it.each([
    '',
    ' ',
    'e',
    'english',
    'en ',
    'en\n',
    'en-',
    'en--us',
    '../en',
    'en;q=1',
    'ен',
    'en"',
  ])('refuses the locale %j', async (locale) => {
    expect(pathsOf(await refuse('1001', { locale }))).toEqual(['input.locale']);
  });

  it.each(['\u200b', '\u00ad', '\ufe0f', '\u00a0', '\u2028', '\u0007', '\u{e0041}'])(
    'shows a character that cannot be seen by its number: %j',
    async (character) => {
      const escaped = JSON.stringify(character).startsWith('"\\\\u')
        ? JSON.stringify(character).slice(1, -1)
        : Array.from(
            { length: character.length },
            (_, index) => `\\u${character.charCodeAt(index).toString(16).padStart(4, '0')}`,
          ).join('');

      const issues = await refuse('1001', {
        domainApprovalEmails: [
          {
            domain: `exa${character}mple.com`,
            email: `ad${character}min@example.com`,
            emailDomain: `example.${character}com`,
          },
        ],
      });

      const fault = (field: string, text: string) => ({
        path: ['input', 'domainApprovalEmails', '0', field],
        message: `"${text}" has a character that cannot be seen, shown here by its number: type it again without that.`,
      });
      expect(issues).toEqual([
        fault('domain', `exa${escaped}mple.com`),
        fault('email', `ad${escaped}min@example.com`),
        fault('emailDomain', `example.${escaped}com`),
      ]);
    },
  );

  it('takes off spaces and tabs around a name or an address, and the root dot of a name', async () => {
    const response = await app.resend('1001', {
      domainApprovalEmails: [
        {
          domain: ' \texample.com. ',
          email: '\t admin@example.com ',
          emailDomain: ' example.com.',
        },
      ],
    });

    const sent = { domain: 'example.com', email: 'admin@example.com', emailDomain: 'example.com' };
    expect(response).toEqual(accepted(sent));
    const [request] = app.takeUpstreamRequests();
    expect(JSON.parse(request?.body ?? '')).toEqual({
      domain_approval_emails: [
        { domain: 'example.com', email: 'admin@example.com', email_domain: 'example.com' },
      ],
    });
  });

  it.each([
    ['example.org', 'example.com', 'is neither example.com nor a parent of it.'],
    ['www.example.com', 'example.com', 'is neither example.com nor a parent of it.'],
    ['ample.com', 'example.com', 'is neither example.com nor a parent of it.'],
    ['co.uk', 'example.co.uk', 'is a public suffix: names below it have different owners.'],
    ['github.io', 'someone.github.io', 'is a public suffix: names below it have different owners.'],
    ['github.io', undefined, 'is a public suffix: names below it have different owners.'],
  ])('refuses the email domain %s for %s', async (emailDomain, domain, message) => {
    const email = 'admin@example.com';
    expect(
      await refuse('1001', {
        domainApprovalEmails: [{ email, emailDomain, ...(domain && { domain }) }],
      }),
    ).toEqual([
      {
        path: ['input', 'domainApprovalEmails', '0', 'emailDomain'],
        message: `"${emailDomain}" ${message}`,
      },
    ]);
  });

  it('reports every fault at once, each with its path', async () => {
    const issues = await refuse('x', {
      domainApprovalEmails: [
        { domain: 'example.com', email: 'no-domain' },
        { emailDomain: 'example.com' },
        { domain: '!', email: '?', emailDomain: '*.example.com' },
        { domain: 'example.org' },
        { domain: 'EXAMPLE.org' },
        { domain: 'example.com', email: 'nowhere' },
        {},
      ],
      locale: '!',
    });

    expect(pathsOf(issues)).toEqual([
      'orderId',
      'input.domainApprovalEmails.0.email',
      'input.domainApprovalEmails.1',
      'input.domainApprovalEmails.2.domain',
      'input.domainApprovalEmails.2.email',
      'input.domainApprovalEmails.2.emailDomain',
      'input.domainApprovalEmails.4',
      'input.domainApprovalEmails.5.email',
      'input.domainApprovalEmails.6',
      'input.locale',
    ]);
  });

  it('finds an email twice however its recipient is spelled', async () => {
    const issues = await refuse('1001', {
      domainApprovalEmails: [
        { domain: 'bücher.example', email: 'admin@bücher.example' },
        { domain: 'bücher.example', email: 'Admin@bücher.example' },
        { domain: 'xn--bcher-kva.example', email: 'admin@BÜCHER.example' },
        { domain: 'example.org' },
        { domain: '*.EXAMPLE.org', emailDomain: 'example.org' },
        { domain: 'example.org', email: 'admin@example.org' },
        { domain: 'bücher.example', email: '"ad\\min"@bücher.example' },
        { domain: '*.bücher.example', email: 'admin@bücher.example' },
        { domain: 'example.com', email: 'admin@bücher.example' },
        { email: 'ADMIN@bücher.example' },
      ],
    });

    const overlap = (index: string, earlier: number) => ({
      path: ['input', 'domainApprovalEmails', index],
      message: `This entry and the one at index ${earlier} may be the same email; each entry causes one email.`,
    });
    expect(issues).toEqual([
      overlap('1', 0),
      overlap('2', 0),
      overlap('4', 3),
      overlap('5', 3),
      overlap('6', 0),
      overlap('7', 0),
      overlap('9', 0),
    ]);
  });

  it('takes 250 entries and refuses 251', async () => {
    const entries = Array.from({ length: 251 }, (_, index) => ({
      domain: `d${index}.example.com`,
    }));
    const response = await app.resend('1001', { domainApprovalEmails: entries.slice(0, 250) });

    expect(response.data?.resendDvEmails?.__typename).toBe('ResendDvEmailsSuccess');
    const [request] = app.takeUpstreamRequests();
    expect(JSON.parse(request?.body ?? '')).toEqual({
      domain_approval_emails: entries.slice(0, 250),
    });
    expect(await refuse('1001', { domainApprovalEmails: entries })).toEqual([
      {
        path: ['input', 'domainApprovalEmails'],
        message:
          'At most 250 entries are sent at once, and this list has 251. Send the others in further calls, 250 at a time.',
      },
    ]);
  });

  it('shortens what it quotes', async () => {
    const [issue] = await refuse('1001', {
      domainApprovalEmails: [{ domain: '!'.repeat(10_000) }],
    });
    expect(issue?.message.length).toBeLessThan(200);
  });
});
