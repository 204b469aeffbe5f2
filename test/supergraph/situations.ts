// What a router may get from the gateways and what stands before them, each made by the real thing.
import type { FrontMode } from './front';

export type GatewayName = 'open' | 'with tokens' | 'without keys' | 'with a list';

export interface Situation {
  readonly name: string;
  /** Default: open. */
  readonly gateway?: GatewayName;
  /** Who brings a token, and which. */
  readonly token?: readonly [from: 'client' | 'front', scope: string];
  readonly mode?: FrontMode | 'closed';
  readonly query?: string;
  /** JSON. */
  readonly variables?: string;
}

export const RESEND =
  'mutation ($orderId: ID!) { resendDvEmails(orderId: $orderId) { __typename } }';

const MEMBERS = [
  ['Success', '1001'],
  ['InvalidInputError', '1400'],
  ['OrderNotFoundError', '1404'],
  ['OrderNotEligibleError', '1002'],
  ['AccessDeniedError', '1403'],
  ['RateLimitedError', '1429'],
  ['UpstreamError', '1503'],
] as const;

const ALL = 'dv-emails:resend';
/** One more than `MAX_MUTATION_FIELDS` allows. */
const FIELDS = [...'abcdefghijk'].map(
  (alias) => `${alias}: resendDvEmails(orderId: "1001") { __typename }`,
);

/** In this order: in the last one there is no front any more. */
export const SITUATIONS: readonly Situation[] = [
  ...MEMBERS.map(([member, orderId]) => ({
    name: `\`${member}\``,
    variables: JSON.stringify({ orderId }),
  })),
  { name: '401: no token', gateway: 'with tokens' },
  { name: 'a good token of the client', gateway: 'with tokens', token: ['client', ALL] },
  {
    name: '200: a token without the scope',
    gateway: 'with tokens',
    token: ['front', 'other'],
  },
  { name: "403: a proxy's page", mode: 403 },
  { name: '400: a field that does not exist', query: 'mutation { resend }' },
  { name: '400: a variable of the wrong type', variables: '{"orderId":{}}' },
  { name: '400: an order id over 2^53 as a number', variables: '{"orderId":9007199254740993}' },
  { name: '400: 11 root fields', query: `mutation { ${FIELDS.join(' ')} }` },
  { name: '400: a document that is not listed', gateway: 'with a list' },
  {
    name: '503: keys cannot be fetched, or it is stopping',
    gateway: 'without keys',
    token: ['front', ALL],
  },
  { name: "503: a load balancer's page", mode: 503 },
  { name: 'connection reset, after the request', mode: 'reset' },
  { name: 'connection refused', mode: 'closed' },
];
