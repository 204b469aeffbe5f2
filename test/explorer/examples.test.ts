// What an explorer begins with.

import { buildSubgraphSchema } from '@apollo/subgraph';
import { parse, validate } from 'graphql';
import { createOverview, type Example, listExamples } from '../../src/explorer/examples';
import { createSandboxPage, toHtml } from '../../src/explorer/pages';
import { printGatewaySchema } from '../../src/graphql/schema';
import { SIMULATED_ACCOUNT } from '../../src/simulator/orders';
import { startTestApp } from '../support/test-app';

const schema = buildSubgraphSchema(parse(printGatewaySchema()));

const nameOf = ({ query }: Example) => /(?:mutation|query) (\w+)/.exec(query)?.[1];

describe('the examples', () => {
  it.each([
    ['tabs', listExamples(true)],
    ['tabs before the real DigiCert', listExamples(false)],
    ['document', [createOverview(true)]],
    ['document before the real DigiCert', [createOverview(false)]],
  ])('of the %s are valid', (_name, examples) => {
    expect(examples.length).toBeGreaterThan(0);
    expect(examples.flatMap(({ query }) => validate(schema, parse(query)))).toEqual([]);
  });

  it('have a tab for each result, the queries, and each other simulated order', () => {
    const tabs = listExamples(true);
    const results = ['1001', '1400', '1404', '1002', '1403', '1503', '1429'];
    const others = Object.keys(SIMULATED_ACCOUNT).filter((orderId) => !results.includes(orderId));
    expect(tabs.map(({ variables }) => variables.orderId)).toEqual([
      ...results,
      undefined,
      undefined,
      ...others,
    ]);
    expect(tabs.slice(results.length).map(nameOf)).toEqual([
      'CertificateOrder',
      'CertificateOrders',
      ...others.map((orderId) => `Order${orderId}`),
    ]);
    expect(tabs[8]?.variables).toEqual({ filter: { search: 'book' } });
    expect(tabs[0]?.variables).toEqual({
      orderId: '1001',
      input: {
        domainApprovalEmails: [{ domain: 'example.com', email: 'admin@example.com' }],
        locale: 'en',
      },
    });
  });

  it('are named after the results that they show, one right after the other', async () => {
    const app = await startTestApp();
    for (const tab of listExamples(true).slice(0, 7)) {
      const { data } = (await (await app.post(tab)).json()) as {
        data: { resendDvEmails: { __typename: string } };
      };
      expect(data.resendDvEmails.__typename).toBe(`ResendDvEmails${nameOf(tab)}`);
    }
    app.takeUpstreamRequests();
  });

  it('name no order when the orders are real', () => {
    expect(listExamples(false)).toMatchObject([
      { query: expect.stringContaining('mutation ResendDvEmails('), variables: { orderId: '' } },
      { query: expect.stringContaining('query CertificateOrder('), variables: { id: '' } },
      { query: expect.stringContaining('query CertificateOrders('), variables: {} },
    ]);
    expect(createOverview(false).variables).toEqual({ orderId: '', id: '' });
    expect(createOverview(false).query).not.toContain('1001');
  });

  it('of the Sandbox list the simulated orders, and fit the URL that Apollo puts them into', () => {
    const { query, variables } = createOverview(true);
    for (const orderId of Object.keys(SIMULATED_ACCOUNT)) {
      expect(query).toContain(`#   ${orderId} `);
    }
    expect(variables).toMatchObject({ orderId: '1001', id: '1001' });
    const bytes = encodeURIComponent(query + JSON.stringify(variables, null, 2)).length;
    // CloudFront takes 8192 bytes of URL.
    expect(bytes).toBeLessThan(7_000);
  });

  it('work: the last of the queries lists orders', async () => {
    const app = await startTestApp();
    const { query, variables } = listExamples(true)[8] ?? { query: '', variables: {} };
    const response = await app.post({ query, variables });
    const node = { commonName: expect.stringContaining('book') };
    const edges = Array.from({ length: 20 }, () =>
      expect.objectContaining({ node: expect.objectContaining(node) }),
    );
    expect(await response.json()).toMatchObject({ data: { certificateOrders: { edges } } });
    expect(app.takeUpstreamRequests()).toHaveLength(1);
  });

  it('work: the first tab resends the emails', async () => {
    const app = await startTestApp();
    const [{ query, variables } = { query: '', variables: {} }] = listExamples(true);
    const response = await app.post({ query, variables });
    expect(await response.json()).toMatchObject({
      data: { resendDvEmails: { __typename: 'ResendDvEmailsSuccess' } },
    });
    expect(app.takeUpstreamRequests()).toHaveLength(1);
  });
});

it('an example cannot get out of the data it is in', () => {
  const query = '# </script><script>alert(1)</script><!--';
  const html = toHtml(createSandboxPage({ query, variables: {} }), {}, 'nonce');
  const [, data = ''] =
    /<script type="application\/json" id="config">(.*?)<\/script>/.exec(html) ?? [];
  expect(JSON.parse(data)).toMatchObject({ document: query, variables: {} });
  expect(html).not.toContain('alert(1)</script>');
});
