// What an explorer begins with: the operations of schema/operations, and while DigiCert is simulated one of
// them for each of its orders. A number that is harmless in the simulator may be a real order at DigiCert.
import { print } from 'graphql';
import {
  CertificateOrderDocument,
  CertificateOrdersDocument,
  ResendDvEmailsDocument,
} from '../client/operations';
import { SIMULATED_ACCOUNT } from '../simulator/orders';

/** An operation to begin with. */
export interface Example {
  /** GraphQL; the name of an operation is the title of its tab. */
  readonly query: string;
  readonly variables: Readonly<Record<string, unknown>>;
}

const RESEND = print(ResendDvEmailsDocument);
const READ = print(CertificateOrderDocument);
const FIND = print(CertificateOrdersDocument);

/** The order that the simulator accepts, and recipients that fit it. */
const ACCEPTED_ORDER_ID = '1001';
const ACCEPTED_INPUT = {
  domainApprovalEmails: [{ domain: 'example.com', email: 'admin@example.com' }],
  locale: 'en',
};

const ORDERS = Object.entries(SIMULATED_ACCOUNT);

/** Names that the simulator has, and none of a real account. */
const SIMULATED_FILTER = { search: 'book' };

/** An operation each. */
export function listExamples(isSimulated: boolean): readonly Example[] {
  if (!isSimulated) {
    return [
      { query: RESEND, variables: { orderId: '' } },
      { query: READ, variables: { id: '' } },
      { query: FIND, variables: {} },
    ];
  }
  const examples = ORDERS.map(([orderId, { summary }]) => ({
    // GraphiQL names a tab after its operation, so each has to be called something else.
    query: `# Order ${orderId}: ${summary}\n${RESEND.replace('ResendDvEmails(', `Order${orderId}(`)}`,
    variables: { orderId, ...(orderId === ACCEPTED_ORDER_ID && { input: ACCEPTED_INPUT }) },
  }));
  return [
    ...examples,
    { query: READ, variables: { id: ACCEPTED_ORDER_ID } },
    { query: FIND, variables: { filter: SIMULATED_FILTER } },
  ];
}

/** All operations in one document: an explorer asks which of them is meant. */
export function createOverview(isSimulated: boolean): Example {
  const query = `${RESEND}\n\n${READ}\n\n${FIND}`;
  if (!isSimulated) {
    return { query, variables: { orderId: '', id: '' } };
  }
  const orders = ORDERS.map(([id, { summary }]) => `#   ${id} ${summary}`);
  return {
    query: `# Simulated orders to try:\n${orders.join('\n')}\n${query}`,
    variables: {
      orderId: ACCEPTED_ORDER_ID,
      input: ACCEPTED_INPUT,
      id: ACCEPTED_ORDER_ID,
      filter: SIMULATED_FILTER,
    },
  };
}
