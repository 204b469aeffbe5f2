// The list of orders: filtered and in pages, in one upstream request, with errors that have a code.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { buildSchema, type GraphQLObjectType } from 'graphql';
import { CertificateOrdersDocument } from '../../src/client/operations';
import { printGatewaySchema } from '../../src/graphql/schema';
import { generateOrders } from '../../src/simulator/generated-orders';
import type { SimulatedAccount } from '../../src/simulator/orders';
import { html, json, type Responder, raw } from '../../src/simulator/responders';
import { startSimulator } from '../../src/simulator/simulator';
import { closeLater } from '../support/close-later';
import { createKey, sign, startProvider, startWithTokens } from '../support/identity';
import { readTable } from '../support/markdown';
import { describeRequest, REQUEST_ID, startTestApp, type TestApp } from '../support/test-app';

const FIELDS = `
  totalCount
  pageInfo { hasNextPage hasPreviousPage startCursor endCursor }
  edges { cursor node {
    id status commonName dnsNames productName orderedAt
    lastResend { attemptedAt outcome emailsMayHaveBeenSent domains correlationId }
  } }
`;

interface Connection {
  readonly totalCount: number | null;
  readonly pageInfo: {
    readonly hasNextPage: boolean;
    readonly hasPreviousPage: boolean;
    readonly startCursor: string | null;
    readonly endCursor: string | null;
  };
  readonly edges: readonly {
    readonly cursor: string;
    readonly node: Readonly<Record<string, unknown>> & { readonly id: string };
  }[];
}

interface Told {
  readonly data?: { readonly certificateOrders: Connection | null };
  readonly errors?: readonly { message: string; extensions: Record<string, unknown> }[];
}

async function list(app: TestApp, variables: object = {}, fields = FIELDS): Promise<Told> {
  const response = await app.post({
    query: `query ($filter: CertificateOrdersFilter, $first: Int, $after: String) {
      certificateOrders(filter: $filter, first: $first, after: $after) { ${fields} }
    }`,
    variables,
  });
  return (await response.json()) as Told;
}

const idsOf = ({ data }: Told) => data?.certificateOrders?.edges.map(({ node }) => node.id);

/** An upstream whose list is answered in a way of the test's. */
async function startWithList(respond: Responder): Promise<TestApp> {
  const account: SimulatedAccount = {};
  const simulator = await startSimulator({ account, list: respond });
  closeLater(() => simulator.close());
  return startTestApp({ baseUrl: simulator.baseUrl });
}

const toRow = (id: number, overrides: object = {}) => ({
  id,
  certificate: {
    common_name: `d${id}.example`,
    dns_names: [`d${id}.example`, `www.d${id}.example`],
  },
  status: 'pending',
  date_created: '2026-11-27T12:00:00+00:00',
  product: { name: 'GeoTrust DV SSL' },
  ...overrides,
});

describe('certificateOrders', () => {
  it('lists the newest orders with all that a row has, in one request', async () => {
    const app = await startTestApp();

    const { data, errors } = await list(app, { first: 100 });

    expect(errors).toBeUndefined();
    expect(data?.certificateOrders?.edges).toHaveLength(100);
    const requests = app.takeUpstreamRequests();
    expect(requests.map(({ method, path }) => `${method} ${path}`)).toEqual([
      'GET /services/v2/order/certificate?sort=-date_created&offset=0&limit=101',
    ]);
  });

  it('says of a hundred orders what became of their emails, in the same one request', async () => {
    const app = await startTestApp({ environment: { RESEND_COOLDOWN_SECONDS: '0' } });
    const { data: before } = await list(app, { first: 100 });
    const ids = before?.certificateOrders?.edges.map(({ node }) => node.id) ?? [];
    await app.resend(ids[0] ?? '');
    await app.resend(ids[99] ?? '');
    app.takeUpstreamRequests();

    const { data, errors } = await app.execute(CertificateOrdersDocument, { first: 100 });

    expect(errors).toBeUndefined();
    const outcomes = data?.certificateOrders?.edges.map(({ node }) => node.lastResend?.outcome);
    expect(outcomes).toEqual([
      'ACCEPTED',
      ...Array.from({ length: 98 }, () => undefined),
      'ACCEPTED',
    ]);
    expect(app.takeUpstreamRequests()).toHaveLength(1);
  });

  it('has the fields of a row, and null where DigiCert says nothing', async () => {
    const app = await startWithList(
      json(200, {
        orders: [
          toRow(1),
          { id: '002', certificate: { common_name: 'x.example' }, date_created: 'yesterday' },
          { certificate: {} },
          'text',
          { id: 'no number' },
          { id: 3 },
        ],
        page: { total: 3 },
      }),
    );

    const { data } = await list(app);

    const nothing = { status: null, productName: null, orderedAt: null, lastResend: null };
    expect(data?.certificateOrders).toEqual({
      totalCount: 3,
      pageInfo: {
        hasNextPage: false,
        hasPreviousPage: false,
        startCursor: expect.any(String),
        endCursor: expect.any(String),
      },
      edges: [
        {
          id: '1',
          status: 'pending',
          commonName: 'd1.example',
          dnsNames: ['d1.example', 'www.d1.example'],
          productName: 'GeoTrust DV SSL',
          orderedAt: '2026-11-27T12:00:00.000Z',
          lastResend: null,
        },
        { ...nothing, id: '002', commonName: 'x.example', dnsNames: ['x.example'] },
        { ...nothing, id: '3', commonName: null, dnsNames: [] },
      ].map((node) => ({ cursor: expect.any(String), node })),
    });
  });

  it.each<[object, string]>([
    [{ domainName: 'Bücher.example' }, 'filters%5Bdomain_name%5D=xn--bcher-kva.example'],
    [{ domainName: ' *.EXAMPLE.com. ' }, 'filters%5Bdomain_name%5D=example.com'],
    [{ search: ' book ' }, 'filters%5Bsearch%5D=book'],
    [{ search: 'a&b=c]' }, 'filters%5Bsearch%5D=a%26b%3Dc%5D'],
    [{ status: 'Pending' }, 'filters%5Bstatus%5D=pending'],
    [
      { domainName: 'a.example', search: 'a', status: 'issued' },
      'filters%5Bdomain_name%5D=a.example&filters%5Bsearch%5D=a&filters%5Bstatus%5D=issued',
    ],
    [{ domainName: null, search: null, status: null }, ''],
  ])('asks DigiCert for %j', async (filter, search) => {
    const app = await startTestApp();

    expect((await list(app, { filter })).errors).toBeUndefined();

    expect(app.takeUpstreamRequests().map(({ path }) => path)).toEqual([
      `/services/v2/order/certificate?${search}${search && '&'}sort=-date_created&offset=0&limit=21`,
    ]);
  });

  it('finds an order by its common name or any other name, and by part of a name', async () => {
    const app = await startTestApp();
    const [id = '', { info } = {}] =
      Object.entries(generateOrders(300)).find(([order]) => order === '20200') ?? [];
    const { common_name: name } = (info as { certificate: { common_name: string } }).certificate;

    const found = await Promise.all([
      list(app, { filter: { domainName: name } }),
      list(app, { filter: { domainName: `www.${name}` } }),
      list(app, { filter: { search: name.slice(0, -9) } }),
      list(app, { filter: { domainName: `not.${name}` } }),
    ]);

    expect(found.map(idsOf)).toEqual([[id], [id], [id], []]);
    app.takeUpstreamRequests();
  });

  it.each<[object, string]>([
    [{ first: 0 }, 'first: A page has 1 to 100 orders.'],
    [{ first: 101 }, 'first: A page has 1 to 100 orders.'],
    [{ first: -1 }, 'first: A page has 1 to 100 orders.'],
    [{ after: 'x' }, 'after: This is no cursor of an order: give one as it came.'],
    [{ after: '' }, 'after: This is no cursor of an order: give one as it came.'],
    [
      { after: Buffer.from('orders:1e3').toString('base64url') },
      'after: This is no cursor of an order: give one as it came.',
    ],
    [
      { after: Buffer.from('orders:99999999').toString('base64url') },
      'after: This is no cursor of an order: give one as it came.',
    ],
    [
      { filter: { domainName: 'no name' } },
      'filter.domainName: This is not a domain name such as example.com.',
    ],
    [
      { filter: { search: ' ' } },
      'filter.search: Search for 1 to 255 characters, all of which can be seen.',
    ],
    [
      { filter: { search: 'a\u200bb' } },
      'filter.search: Search for 1 to 255 characters, all of which can be seen.',
    ],
    [
      { filter: { status: 'a b' } },
      'filter.status: A status is one word of DigiCert, such as pending.',
    ],
    [
      { first: 0, filter: { domainName: '!' } },
      'first: A page has 1 to 100 orders. filter.domainName: This is not a domain name such as example.com.',
    ],
  ])('refuses %j by itself, and names the field', async (variables, message) => {
    const app = await startTestApp();

    expect(await list(app, variables)).toEqual({
      data: { certificateOrders: null },
      errors: [
        {
          message,
          path: ['certificateOrders'],
          locations: [{ line: 2, column: 7 }],
          extensions: { code: 'BAD_USER_INPUT', correlationId: REQUEST_ID },
        },
      ],
    });
  });

  it('takes a page of 20 without `first`, and for null', async () => {
    const app = await startTestApp();

    expect([
      idsOf(await list(app))?.length,
      idsOf(await list(app, { first: null }))?.length,
    ]).toEqual([20, 20]);
    app.takeUpstreamRequests();
  });

  it.each<[string, Responder, object]>([
    [
      'a 400',
      json(400, { errors: [{ code: 'a', message: 'No such filter' }] }),
      { code: 'BAD_USER_INPUT' },
    ],
    [
      'a 403',
      json(403, { errors: [{ code: 'access_denied' }] }),
      { code: 'CERTIFICATE_ORDER_ACCESS_DENIED' },
    ],
    [
      'a 429',
      json(429, {}, { 'Retry-After': '17' }),
      { code: 'DIGICERT_RATE_LIMITED', retryAfterSeconds: 17 },
    ],
    ['a 500', html(500, 'Sorry'), { code: 'DIGICERT_UNAVAILABLE' }],
    [
      'a 503 that says for how long',
      html(503, 'Sorry', { 'Retry-After': '40' }),
      { code: 'DIGICERT_UNAVAILABLE', retryAfterSeconds: 40 },
    ],
    ['a 404', json(404, {}), { code: 'DIGICERT_FAILED' }],
    ['a 200 without orders', json(200, {}), { code: 'DIGICERT_FAILED' }],
    ['a 200 with HTML', html(200, 'Checking your browser'), { code: 'DIGICERT_FAILED' }],
    ['a 204', raw(204, '', {}), { code: 'DIGICERT_FAILED' }],
    [
      'more than 2 MiB',
      json(200, { orders: [toRow(1, { padding: 'x'.repeat(2_100_000) })] }),
      { code: 'DIGICERT_RESPONSE_TOO_LONG' },
    ],
  ])('is null with an error that has a code after %s', async (_name, respond, extensions) => {
    const app = await startWithList(respond);

    expect(await list(app)).toMatchObject({
      data: { certificateOrders: null },
      errors: [{ extensions: { ...extensions, correlationId: REQUEST_ID } }],
    });
  });

  it.each(['400', '429', '500'])('can be seen to fail in the simulator: %s', async (status) => {
    const app = await startTestApp();

    const { errors } = await list(app, { filter: { search: `simulator:${status}` } });

    expect(errors?.[0]?.extensions.code).toBe(
      { 400: 'BAD_USER_INPUT', 429: 'DIGICERT_RATE_LIMITED', 500: 'DIGICERT_UNAVAILABLE' }[status],
    );
    app.takeUpstreamRequests();
  });

  it('reads a hundred orders of 250 names, and drops lists that do not fit the response', async () => {
    const names = Array.from(
      { length: 250 },
      (_, index) => `name-${index}.a-rather-long-name-of-a-domain.example.com`,
    );
    const app = await startWithList(
      json(200, {
        orders: Array.from({ length: 100 }, (_, index) =>
          toRow(index + 1, { certificate: { common_name: names[0], dns_names: names } }),
        ),
      }),
    );

    const { data, errors } = await list(app, { first: 100 });

    const nodes = data?.certificateOrders?.edges.map(({ node }) => node) ?? [];
    expect(nodes).toHaveLength(100);
    expect(nodes[0]?.dnsNames).toHaveLength(250);
    expect(nodes.at(-1)).toMatchObject({ commonName: names[0], dnsNames: null });
    expect(errors?.map(({ extensions }) => extensions.code)).toEqual(['RESPONSE_TOO_LARGE']);
  });

  it('takes the scope certificate-orders:read', async () => {
    const key = await createKey();
    const app = await startWithTokens(await startProvider(key));

    const response = await app.post(
      { query: '{ certificateOrders { totalCount } }' },
      { authorization: `Bearer ${await sign(key, { scope: 'dv-emails:resend' })}` },
    );

    expect(await response.json()).toMatchObject({
      data: { certificateOrders: null },
      errors: [{ extensions: { code: 'FORBIDDEN' } }],
    });
  });

  it("counts in DigiCert's quota and in that of the caller, refused input too", async () => {
    const app = await startTestApp({
      environment: { CALLER_QUOTA: '3/60s', DIGICERT_QUOTA: '1/60s' },
    });

    const told = [await list(app), await list(app), await list(app, { first: 0 }), await list(app)];

    expect(told.map(({ errors }) => errors?.[0]?.extensions.code)).toEqual([
      undefined,
      'DIGICERT_RATE_LIMITED',
      'BAD_USER_INPUT',
      'CALLER_RATE_LIMITED',
    ]);
    app.takeUpstreamRequests();
  });
});

describe('pages of certificateOrders', () => {
  const page = async (app: TestApp, after: string | null) =>
    (
      await list(
        app,
        { first: 100, after },
        'pageInfo { hasNextPage endCursor } edges { node { id } }',
      )
    ).data?.certificateOrders;

  async function startWithOrders(count: number) {
    const account: Record<string, SimulatedAccount[string]> = { ...generateOrders(count) };
    const simulator = await startSimulator({ account });
    closeLater(() => simulator.close());
    return { account, simulator, app: await startTestApp({ baseUrl: simulator.baseUrl }) };
  }

  /** Ids of all pages, in order. */
  async function readAll(app: TestApp, onPage = () => {}): Promise<string[]> {
    const ids: string[] = [];
    for (let after: string | null = null; ; ) {
      const read: Connection | null | undefined = await page(app, after);
      ids.push(...(read?.edges.map(({ node }) => node.id) ?? []));
      if (!read?.pageInfo.hasNextPage) {
        return ids;
      }
      after = read.pageInfo.endCursor;
      onPage();
    }
  }

  it('give every one of a thousand orders exactly once, the newest first, in ten requests', async () => {
    const { account, simulator, app } = await startWithOrders(1_000);

    const ids = await readAll(app);

    expect(ids).toEqual(Object.keys(account).sort((one, other) => Number(other) - Number(one)));
    expect(simulator.requests).toHaveLength(10);
  });

  it('give every order at least once when others are added meanwhile', async () => {
    const { account, app } = await startWithOrders(1_000);
    const before = Object.keys(account);
    let added = 0;

    const ids = await readAll(app, () => {
      added += 1;
      const info = { date_created: `2027-01-0${added}T00:00:00Z`, status: 'pending' };
      account[String(90_000 + added)] = { summary: 'new', resend: json(204, ''), info };
    });

    expect(added).toBeGreaterThan(5);
    expect(new Set(ids).size).toBe(1_000);
    expect(before.filter((id) => !ids.includes(id))).toEqual([]);
  });

  it('say where they are, and go on behind any order', async () => {
    const { app } = await startWithOrders(5);

    const first = await list(app, { first: 2 });
    const [one, two] = first.data?.certificateOrders?.edges ?? [];
    const second = await list(app, { first: 2, after: one?.cursor });
    const last = await list(app, { first: 3, after: two?.cursor });
    const beyond = await list(app, {
      first: 3,
      after: last.data?.certificateOrders?.pageInfo.endCursor,
    });

    const infoOf = ({ data }: Told) => data?.certificateOrders?.pageInfo;
    expect([first, second, last, beyond].map(idsOf)).toEqual([
      ['20005', '20004'],
      ['20004', '20003'],
      ['20003', '20002', '20001'],
      [],
    ]);
    expect(infoOf(first)).toEqual({
      hasNextPage: true,
      hasPreviousPage: false,
      startCursor: one?.cursor,
      endCursor: two?.cursor,
    });
    expect(infoOf(last)).toMatchObject({ hasNextPage: false, hasPreviousPage: true });
    expect(infoOf(beyond)).toEqual({
      hasNextPage: false,
      hasPreviousPage: true,
      startCursor: null,
      endCursor: null,
    });
    expect(first.data?.certificateOrders?.totalCount).toBe(5);
  });

  it('know of the next one where DigiCert gives no total', async () => {
    const app = await startWithList(json(200, { orders: [toRow(3), toRow(2), toRow(1)] }));

    const { data } = await list(app, { first: 2 });

    expect(data?.certificateOrders).toMatchObject({
      totalCount: null,
      pageInfo: { hasNextPage: true },
      edges: [{ node: { id: '3' } }, { node: { id: '2' } }],
    });
  });
});

describe('the upstream requests of a selection', () => {
  const rows = readTable(
    readFileSync(join(__dirname, '..', '..', 'docs', 'bounds.md'), 'utf8'),
    'Requests to DigiCert',
  ).map(([selection = '', , told = '']) => ({
    selection: selection.replaceAll('`', ''),
    requests: told === 'none' ? [] : told.split(', ').map((cell) => cell.replaceAll('`', '')),
  }));

  /** As docs/bounds.md writes it: `/order/certificate/1001/validation`, and no parameters. */
  const toTemplate = (path: string) => path.replace('/services/v2', '').replace(/\?.*/, '');

  it.each(rows)('$selection', async ({ selection, requests }) => {
    const app = await startTestApp();

    const response = await app.post({ query: `{ ${selection} }` });

    expect(await response.json()).not.toHaveProperty('errors');
    const made = app.takeUpstreamRequests().map(({ path }) => toTemplate(path));
    expect(made.sort()).toEqual([...requests].sort());
  });

  it('are in the table for one order and several, the list, another subgraph, and every field', () => {
    const selections = rows.map(({ selection }) => selection).join(' ');
    const fields = Object.keys(
      (
        buildSchema(printGatewaySchema(), { assumeValidSDL: true }).getType(
          'CertificateOrder',
        ) as GraphQLObjectType
      ).getFields(),
    );

    expect(fields.filter((field) => !new RegExp(`\\b${field}\\b`).test(selections))).toEqual([]);
    expect(selections).toMatch(/_entities.*certificateOrders/);
  });

  it('that would read more orders than may be is refused before the first read', async () => {
    const app = await startTestApp();

    const told = await list(app, { first: 51 }, 'edges { node { id domains { name } } }');

    expect(told).toMatchObject({
      data: { certificateOrders: null },
      errors: [{ extensions: { code: 'TOO_MANY_ORDERS' } }],
    });
    expect(app.takeUpstreamRequests()).toEqual([]);
  });

  it.each(['404', '500'])(
    'of info alone lets info say whether there is such an order: %s',
    async (status) => {
      const app = await startTestApp({
        orders: {
          '5555': {
            summary: 'x',
            resend: json(500, {}),
            info: json(Number(status), { errors: [{ code: 'not_found|order' }] }),
            validation: { order_status: 'pending' },
          },
        },
      });

      const response = await app.post({ query: '{ certificateOrder(id: "5555") { commonName } }' });

      expect(await response.json()).toMatchObject(
        status === '404'
          ? { data: { certificateOrder: null } }
          : { errors: [{ extensions: { code: 'DIGICERT_UNAVAILABLE' } }] },
      );
      expect(app.takeUpstreamRequests().map(describeRequest)).toEqual(['GET 5555']);
    },
  );
});
