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

/** An order for each member of the result, and the member's name without its prefix. */
const RESULTS = [
  ['1001', 'Success'],
  ['1400', 'InvalidInputError'],
  ['1404', 'OrderNotFoundError'],
  ['1002', 'OrderNotEligibleError'],
  ['1403', 'AccessDeniedError'],
  ['1503', 'UpstreamError'],
  // The last, as it refuses every call of the next five seconds.
  ['1429', 'RateLimitedError'],
] as const;

/** Names that the simulator has, and none of a real account. */
const SIMULATED_FILTER = { search: 'book' };

/** An operation each: the seven results and the queries first. */
export function listExamples(isSimulated: boolean): readonly Example[] {
  if (!isSimulated) {
    return [
      { query: RESEND, variables: { orderId: '' } },
      { query: READ, variables: { id: '' } },
      { query: FIND, variables: {} },
    ];
  }
  const toExample = (orderId: string, title: string): Example => ({
    // GraphiQL names a tab after its operation, so each has to be called something else.
    query: `# Order ${orderId}: ${SIMULATED_ACCOUNT[orderId]?.summary}\n${RESEND.replace('ResendDvEmails(', `${title}(`)}`,
    variables: { orderId, ...(orderId === ACCEPTED_ORDER_ID && { input: ACCEPTED_INPUT }) },
  });
  const others = ORDERS.filter(([orderId]) => RESULTS.every(([shown]) => shown !== orderId));
  return [
    ...RESULTS.map(([orderId, title]) => toExample(orderId, title)),
    { query: READ, variables: { id: ACCEPTED_ORDER_ID } },
    { query: FIND, variables: { filter: SIMULATED_FILTER } },
    ...others.map(([orderId]) => toExample(orderId, `Order${orderId}`)),
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
