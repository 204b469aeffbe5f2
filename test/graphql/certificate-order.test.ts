// Reading an order: what DigiCert says, with any field left out, in one upstream call a request.
import { CertificateOrderDocument } from '../../src/client/operations';
import { html, json, type Responder, raw } from '../../src/simulator/responders';
import { API_KEY, describeRequest, REQUEST_ID, startTestApp } from '../support/test-app';

const ORDER_ID = '5555';

async function readResponse(validation: Responder | Record<string, unknown>, id = ORDER_ID) {
  const app = await startTestApp({
    orders: { [ORDER_ID]: { summary: 'x', resend: json(500, {}), validation } },
  });
  const response = await app.execute(CertificateOrderDocument, { id });
  const requests = app.takeUpstreamRequests().map(describeRequest);
  return { response, requests, app };
}

/** Of an order whose info says nothing of it. */
const NO_INFO = { commonName: null, productName: null, orderedAt: null };

const approverEmailsAt = (...domains: readonly string[]) =>
  domains.flatMap((emailDomain) =>
    ['admin', 'administrator', 'webmaster', 'hostmaster', 'postmaster'].map((mailbox) => ({
      email: `${mailbox}@${emailDomain}`,
      emailDomain,
    })),
  );

describe('certificateOrder', () => {
  it('has status, method, domains and who may approve them', async () => {
    const { response, requests } = await readResponse({
      order_id: ORDER_ID,
      order_status: 'pending',
      order_name_scope: 'base_domain',
      order_dcv_method: 'email',
      dns_name_validations: [
        {
          domain_id: '1234',
          name_scope: 'sub.example.com',
          approval_scope: 'subdomains',
          status: 'approved',
          method: 'email',
          dns_names: ['a.sub.example.com', 'b.sub.example.com'],
        },
      ],
    });

    expect(response).toEqual({
      data: {
        certificateOrder: {
          id: ORDER_ID,
          ...NO_INFO,
          status: 'pending',
          dcvMethod: 'email',
          domains: [
            {
              name: 'sub.example.com',
              status: 'approved',
              method: 'email',
              dnsNames: ['a.sub.example.com', 'b.sub.example.com'],
              approverEmails: approverEmailsAt('example.com', 'sub.example.com'),
              approverEmailsUnavailable: null,
            },
          ],
          lastResend: null,
        },
      },
    });
    expect(requests).toEqual([`GET ${ORDER_ID}/validation`, `GET ${ORDER_ID}`]);
  });

  it('asks with the key, and nothing else', async () => {
    const app = await startTestApp();

    await app.execute(CertificateOrderDocument, { id: '1001' });

    expect(app.takeUpstreamRequests()).toEqual(
      ['1001/validation', '1001'].map((path) => ({
        method: 'GET',
        path: `/services/v2/order/certificate/${path}`,
        headers: expect.objectContaining({ 'x-dc-devkey': API_KEY, accept: 'application/json' }),
        body: '',
      })),
    );
    expect(app.outbox).toEqual([]);
  });

  it('gives what it offers in a form the mutation takes', async () => {
    const app = await startTestApp();
    const read = await app.execute(CertificateOrderDocument, { id: '1001' });
    const [domain] = read.data?.certificateOrder?.domains ?? [];

    const response = await app.resend('1001', {
      domainApprovalEmails: domain?.approverEmails.map((candidate) => ({
        domain: domain.name,
        ...candidate,
      })),
    });

    expect(response.data?.resendDvEmails?.__typename).toBe('ResendDvEmailsSuccess');
    app.takeUpstreamRequests();
  });

  it.each<[string, Record<string, unknown>, object]>([
    ['nothing', {}, { status: null, dcvMethod: null, domains: null }],
    [
      'no domain',
      { order_id: 5555, dns_name_validations: [] },
      { status: null, dcvMethod: null, domains: [] },
    ],
    [
      'more than 250 domains',
      { dns_name_validations: Array.from({ length: 300 }, () => ({})) },
      {
        status: null,
        dcvMethod: null,
        domains: Array.from({ length: 250 }, () => expect.anything()),
      },
    ],
    [
      'more than 250 names',
      { dns_name_validations: [{ dns_names: Array.from({ length: 300 }, () => 'x') }] },
      {
        status: null,
        dcvMethod: null,
        domains: [expect.objectContaining({ dnsNames: Array.from({ length: 250 }, () => 'x') })],
      },
    ],
    [
      'values of other types',
      {
        order_status: {},
        order_dcv_method: [],
        dns_name_validations: [
          null,
          'text',
          7,
          {},
          { dns_names: 'x' },
          { dns_names: [1, null, ''] },
        ],
      },
      {
        status: null,
        dcvMethod: null,
        domains: [
          {
            name: null,
            status: null,
            method: null,
            dnsNames: [],
            approverEmails: [],
            approverEmailsUnavailable: 'NOT_A_DOMAIN_NAME',
          },
          {
            name: null,
            status: null,
            method: null,
            dnsNames: [],
            approverEmails: [],
            approverEmailsUnavailable: 'NOT_A_DOMAIN_NAME',
          },
          {
            name: null,
            status: null,
            method: null,
            dnsNames: ['1'],
            approverEmails: [],
            approverEmailsUnavailable: 'NOT_A_DOMAIN_NAME',
          },
        ],
      },
    ],
    [
      'no name, but names it covers',
      { dns_name_validations: [{ dns_names: ['example.com', 'example.org'] }] },
      {
        status: null,
        dcvMethod: null,
        domains: [
          {
            name: null,
            status: null,
            method: null,
            dnsNames: ['example.com', 'example.org'],
            approverEmails: approverEmailsAt('example.com', 'example.org'),
            approverEmailsUnavailable: null,
          },
        ],
      },
    ],
    [
      'values never seen before',
      { order_status: 'waiting_for_moon', order_dcv_method: 'pigeon' },
      { status: 'waiting_for_moon', dcvMethod: 'pigeon', domains: null },
    ],
  ])('accepts a response with %s', async (_name, validation, order) => {
    const { response } = await readResponse(validation);

    expect(response).toEqual({
      data: { certificateOrder: { id: ORDER_ID, ...NO_INFO, ...order, lastResend: null } },
    });
  });

  it.each<[string, Record<string, unknown> | Responder | undefined, readonly string[] | null]>([
    [
      'names on the certificate',
      {
        certificate: { common_name: 'a.example.com', dns_names: ['a.example.com', 'example.org'] },
      },
      ['a.example.com', 'example.org'],
    ],
    ['a common name alone', { certificate: { common_name: 'example.com' } }, ['example.com']],
    [
      'names without a common name',
      { certificate: { dns_names: ['example.com'] } },
      ['example.com'],
    ],
    ['no certificate', { status: 'pending' }, null],
    ['values of other types', { certificate: { common_name: {}, dns_names: 'x' } }, null],
    ['no info', undefined, null],
    ['a 500', html(500, 'Sorry'), null],
  ])('without validations has the domains of an order with %s', async (_name, info, names) => {
    const app = await startTestApp({
      orders: {
        [ORDER_ID]: {
          summary: 'x',
          resend: json(500, {}),
          validation: { order_status: 'pending' },
          ...(info && { info }),
        },
      },
    });

    const { data } = await app.execute(CertificateOrderDocument, { id: ORDER_ID });

    expect(data?.certificateOrder?.domains).toEqual(
      names?.map((name) => ({
        name,
        status: null,
        method: null,
        dnsNames: [name],
        approverEmails: approverEmailsAt(
          ...(name === 'a.example.com' ? ['example.com', 'a.example.com'] : [name]),
        ),
        approverEmailsUnavailable: null,
      })) ?? null,
    );
    expect(app.takeUpstreamRequests().map(describeRequest)).toEqual([
      `GET ${ORDER_ID}/validation`,
      `GET ${ORDER_ID}`,
    ]);
  });

  it('reads the certificate only where domains are selected, and once', async () => {
    const validation = { order_status: 'pending' };
    const app = await startTestApp({
      orders: { [ORDER_ID]: { summary: 'x', resend: json(500, {}), info: {}, validation } },
    });
    const read = (fields: string) =>
      app.post({ query: `{ a: certificateOrder(id: "${ORDER_ID}") { ${fields} } }` });

    await read('status dcvMethod');
    await read('domains { name } again: domains { status }');

    expect(app.takeUpstreamRequests().map(describeRequest)).toEqual([
      `GET ${ORDER_ID}/validation`,
      `GET ${ORDER_ID}/validation`,
      `GET ${ORDER_ID}`,
    ]);
  });

  it('reads dns_name as the name of a domain', async () => {
    const { response } = await readResponse({
      dns_name_validations: [{ dns_name: 'example.com' }],
    });

    expect(response.data?.certificateOrder?.domains).toEqual([
      {
        name: 'example.com',
        status: null,
        method: null,
        dnsNames: ['example.com'],
        approverEmails: approverEmailsAt('example.com'),
        approverEmailsUnavailable: null,
      },
    ]);
  });

  it('is null for an order DigiCert does not know', async () => {
    const app = await startTestApp();

    expect(await app.execute(CertificateOrderDocument, { id: '1404' })).toEqual({
      data: { certificateOrder: null },
    });
    expect(app.takeUpstreamRequests().map(describeRequest)).toEqual(['GET 1404/validation']);
  });

  it.each<[string, Responder, object]>([
    [
      'no permission',
      json(403, { errors: [{ code: 'access_denied|missing_permission', message: 'secret' }] }),
      { code: 'CERTIFICATE_ORDER_ACCESS_DENIED' },
    ],
    [
      'the quota',
      json(429, {}, { 'Retry-After': '17' }),
      { code: 'DIGICERT_RATE_LIMITED', retryAfterSeconds: 17 },
    ],
    ['a 500', html(500, 'secret'), { code: 'DIGICERT_UNAVAILABLE' }],
    ['a 401', json(401, {}), { code: 'DIGICERT_FAILED' }],
    [
      'a wrong path',
      json(404, { errors: [{ code: 'not_found|route' }] }),
      { code: 'DIGICERT_FAILED' },
    ],
    ['a 400', json(400, { errors: [{ code: 'x' }] }), { code: 'DIGICERT_FAILED' }],
    ['a 204', raw(204, '', {}), { code: 'DIGICERT_FAILED' }],
    ['200 with HTML', html(200, 'secret'), { code: 'DIGICERT_FAILED' }],
    ['errors alone', json(200, { errors: [{ code: 'x' }] }), { code: 'DIGICERT_FAILED' }],
    [
      'another order',
      json(200, { order_id: '5556', order_status: 'issued' }),
      { code: 'DIGICERT_FAILED' },
    ],
    ['200 with a list', json(200, []), { code: 'DIGICERT_FAILED' }],
    ['a redirect', html(302, 'secret', { Location: '/' }), { code: 'DIGICERT_FAILED' }],
  ])(
    'returns a coded error for %s that shows nothing of the upstream',
    async (_name, responder, extensions) => {
      const { response: read } = await readResponse(responder);

      expect(read).toEqual({
        data: { certificateOrder: null },
        errors: [
          {
            message: expect.not.stringContaining('secret'),
            locations: [expect.anything()],
            path: ['certificateOrder'],
            extensions: { ...extensions, correlationId: REQUEST_ID },
          },
        ],
      });
    },
  );

  it('meets a hang with a coded error at the deadline', async () => {
    const app = await startTestApp();

    const response = app.execute(CertificateOrderDocument, { id: '1504' });
    await app.nextUpstreamRequest();
    app.clock.advance(10_000);

    expect((await response).errors?.[0]?.extensions.code).toBe('DIGICERT_UNAVAILABLE');
    expect(app.takeUpstreamRequests()).toHaveLength(1);
  });

  it.each(['', 'x', '1/../2', '123456789012345678901'])(
    'refuses %j as an id, without a call',
    async (id) => {
      const app = await startTestApp();

      const response = await app.execute(CertificateOrderDocument, { id });

      expect(response.errors?.[0]?.extensions.code).toBe('BAD_USER_INPUT');
    },
  );
});

describe('the reads of one request', () => {
  it('are one call per order, however often and wherever it is requested', async () => {
    const app = await startTestApp();

    const response = await app.post({
      query: `{
        a: certificateOrder(id: "1001") { id status }
        b: certificateOrder(id: "1001") { dcvMethod domains { name } }
        c: certificateOrder(id: "1002") { status }
      }`,
    });

    expect(await response.json()).toEqual({
      data: {
        a: { id: '1001', status: 'pending' },
        b: { dcvMethod: 'email', domains: [{ name: 'example.com' }] },
        c: { status: 'issued' },
      },
    });
    expect(app.takeUpstreamRequests().map(describeRequest).sort()).toEqual([
      'GET 1001/validation',
      'GET 1002/validation',
    ]);
  });

  it('are made again after a resend of the order in the same document', async () => {
    const app = await startTestApp();
    const field =
      'resendDvEmails(orderId: "1001") { ... on ResendDvEmailsSuccess { order { status } } }';

    await app.post({ query: `mutation { a: ${field} b: ${field} }` });

    expect(app.takeUpstreamRequests().map(describeRequest)).toEqual([
      'PUT 1001',
      'GET 1001/validation',
      'PUT 1001',
      'GET 1001/validation',
    ]);
  });

  it('share nothing with the next request', async () => {
    const app = await startTestApp();

    await app.execute(CertificateOrderDocument, { id: '1001' });
    await app.execute(CertificateOrderDocument, { id: '1001' });

    expect(app.takeUpstreamRequests()).toHaveLength(4);
  });

  it('follow a mutation to its order only when more than the id is selected', async () => {
    const app = await startTestApp();
    const resend = (selection: string) =>
      app.post({
        query: `mutation { resendDvEmails(orderId: "1001") { ... on ResendDvEmailsSuccess { order { ${selection} } } } }`,
      });

    await resend('id __typename');
    expect(app.takeUpstreamRequests().map(describeRequest)).toEqual(['PUT 1001']);

    const response = await resend('id status');
    expect(await response.json()).toEqual({
      data: { resendDvEmails: { order: { id: '1001', status: 'pending' } } },
    });
    expect(app.takeUpstreamRequests().map(describeRequest)).toEqual([
      'PUT 1001',
      'GET 1001/validation',
    ]);
  });

  it.each([
    ['ResendDvEmailsOrderNotEligibleError', '1002', 'issued'],
    ['ResendDvEmailsAccessDeniedError', '1403', null],
    ['ResendDvEmailsRateLimitedError', '1429', null],
    ['ResendDvEmailsUpstreamError', '1500', null],
  ])('follow %s to its order too', async (member, orderId, status) => {
    const app = await startTestApp();

    const response = await app.post({
      query: `mutation { resendDvEmails(orderId: "${orderId}") { __typename ... on ${member} { message order { id status } } } }`,
    });

    expect(await response.json()).toMatchObject({
      data: {
        resendDvEmails: {
          __typename: member,
          message: expect.any(String),
          order: { id: orderId, status },
        },
      },
    });
    app.takeUpstreamRequests();
  });
});
