// What the explorer begins with: the operations of schema/operations, and while DigiCert is simulated one
// of them for each of its orders.
import { print } from 'graphql';
import { CertificateOrderDocument, ResendDvEmailsDocument } from './client/operations';
import type { Example, Explorer } from './server/explorer/pages';
import type { Settings } from './settings/settings';
import { SIMULATED_ACCOUNT } from './simulator/orders';

const RESEND = print(ResendDvEmailsDocument);
const READ = print(CertificateOrderDocument);

/** The order that the simulator accepts, and recipients that fit it. */
const ACCEPTED_ORDER_ID = '1001';
const ACCEPTED_INPUT = {
  domainApprovalEmails: [{ domain: 'example.com', email: 'admin@example.com' }],
  locale: 'en',
};

export function createExplorer({ explorer, upstream }: Settings): Explorer | undefined {
  // A number that is harmless in the simulator may be somebody's order at DigiCert.
  const simulated = upstream.kind === 'simulator';
  switch (explorer) {
    case 'off':
      return undefined;
    case 'graphiql':
      return { kind: explorer, examples: simulated ? createOrderExamples() : PLAIN_EXAMPLES };
    case 'sandbox':
      return { kind: explorer, example: simulated ? createOverview() : PLAIN_OVERVIEW };
  }
}

const PLAIN_EXAMPLES: readonly Example[] = [
  { query: RESEND, variables: { orderId: '' } },
  { query: READ, variables: { id: '' } },
];

function createOrderExamples(): Example[] {
  const examples = Object.entries(SIMULATED_ACCOUNT).map(
    ([orderId, { summary }]): Example => ({
      // GraphiQL names a tab after its operation, so each has to be called something else.
      query: `# Order ${orderId}: ${summary}\n${RESEND.replace('ResendDvEmails(', `Order${orderId}(`)}`,
      variables: { orderId, ...(orderId === ACCEPTED_ORDER_ID && { input: ACCEPTED_INPUT }) },
    }),
  );
  return [...examples, { query: READ, variables: { id: ACCEPTED_ORDER_ID } }];
}

/** Both operations: an explorer asks which of them is meant. */
const PLAIN_OVERVIEW: Example = {
  query: `${RESEND}\n\n${READ}`,
  variables: { orderId: '', id: '' },
};

function createOverview(): Example {
  const orders = Object.entries(SIMULATED_ACCOUNT).map(
    ([id, { summary }]) => `#   ${id} ${summary}`,
  );
  return {
    query: `# Simulated orders to try:\n${orders.join('\n')}\n${PLAIN_OVERVIEW.query}`,
    variables: { orderId: ACCEPTED_ORDER_ID, input: ACCEPTED_INPUT, id: ACCEPTED_ORDER_ID },
  };
}
