// What an explorer begins with.

import { buildSubgraphSchema } from '@apollo/subgraph';
import { parse, validate } from 'graphql';
import { createExplorer } from '../../src/explorer';
import { printGatewaySchema } from '../../src/graphql/print-schema';
import { createPage, type Example } from '../../src/server/explorer/pages';
import { type Environment, parseSettings } from '../../src/settings/settings';
import { SIMULATED_ACCOUNT } from '../../src/simulator/orders';
import { startTestApp } from '../support/test-app';

const REAL = { DIGICERT_API_KEY: 'k' };
const schema = buildSubgraphSchema(parse(printGatewaySchema()));

function explorerOf(environment: Environment) {
  const parsed = parseSettings(environment);
  if (!parsed.ok) {
    throw new Error(parsed.problems.join('\n'));
  }
  return createExplorer(parsed.settings);
}

function tabsOf(environment: Environment): readonly Example[] {
  const explorer = explorerOf({ EXPLORER: 'graphiql', ...environment });
  return explorer?.kind === 'graphiql' ? explorer.examples : [];
}

function sandboxOf(environment: Environment): Example {
  const explorer = explorerOf({ EXPLORER: 'sandbox', ...environment });
  if (explorer?.kind !== 'sandbox') {
    throw new Error('There is no Sandbox.');
  }
  return explorer.example;
}

const nameOf = ({ query }: Example) => /(?:mutation|query) (\w+)/.exec(query)?.[1];

describe('the examples', () => {
  it.each([
    ['tabs', tabsOf({})],
    ['tabs before the real DigiCert', tabsOf(REAL)],
    ['document', [sandboxOf({})]],
    ['document before the real DigiCert', [sandboxOf(REAL)]],
  ])('of the %s are valid', (_name, examples) => {
    expect(examples.length).toBeGreaterThan(0);
    expect(examples.flatMap(({ query }) => validate(schema, parse(query)))).toEqual([]);
  });

  it('have a tab for each simulated order, told apart by their titles, and one for reading', () => {
    const tabs = tabsOf({});
    const orderIds = Object.keys(SIMULATED_ACCOUNT);
    expect(tabs.map(nameOf)).toEqual([
      ...orderIds.map((orderId) => `Order${orderId}`),
      'CertificateOrder',
    ]);
    expect(tabs.map(({ variables }) => variables.orderId)).toEqual([...orderIds, undefined]);
    expect(tabs[0]?.variables).toEqual({
      orderId: '1001',
      input: {
        domainApprovalEmails: [{ domain: 'example.com', email: 'admin@example.com' }],
        locale: 'en',
      },
    });
  });

  it('name no order when the orders are real', () => {
    expect(tabsOf(REAL)).toMatchObject([
      { query: expect.stringContaining('mutation ResendDvEmails('), variables: { orderId: '' } },
      { query: expect.stringContaining('query CertificateOrder('), variables: { id: '' } },
    ]);
    expect(sandboxOf(REAL).variables).toEqual({ orderId: '', id: '' });
    expect(sandboxOf(REAL).query).not.toContain('1001');
  });

  it('of the Sandbox list the simulated orders, and fit the URL that Apollo puts them into', () => {
    const { query, variables } = sandboxOf({});
    for (const orderId of Object.keys(SIMULATED_ACCOUNT)) {
      expect(query).toContain(`#   ${orderId} `);
    }
    expect(variables).toMatchObject({ orderId: '1001', id: '1001' });
    const bytes = encodeURIComponent(query + JSON.stringify(variables, null, 2)).length;
    // CloudFront takes 8192 bytes of URL.
    expect(bytes).toBeLessThan(7_000);
  });

  it('work: the first tab resends the emails', async () => {
    const app = await startTestApp();
    const [{ query, variables } = { query: '', variables: {} }] = tabsOf({});
    const response = await app.post({ query, variables });
    expect(await response.json()).toMatchObject({
      data: { resendDvEmails: { __typename: 'ResendDvEmailsSuccess' } },
    });
    expect(app.takeUpstreamRequests()).toHaveLength(1);
  });
});

it('an example cannot get out of the data it is in', () => {
  const query = '# </script><script>alert(1)</script><!--';
  const html = createPage({ kind: 'sandbox', example: { query, variables: {} } }).render('nonce');
  const [, data = ''] =
    /<script type="application\/json" id="config">(.*?)<\/script>/.exec(html) ?? [];
  expect(JSON.parse(data)).toEqual({ endpoint: 'graphql', document: query, variables: {} });
  expect(html).not.toContain('alert(1)</script>');
});
