// What is asked in every comparison: the gateway's own operation, as far as the first round's build knows it too, for
// one of many orders and a new mailbox each time.
import { readFileSync } from 'node:fs';

export const ORDER_ID = '1001';

/** So many that each has few attempts within a cool-down, as in life: three or four at 7,000 mutations a second. */
const ORDER_IDS = Array.from({ length: 10_000 }, (_, index) => String(1_001 + index));

/** What the simulator knows. */
export function toAccount(resend) {
  return Object.fromEntries(ORDER_IDS.map((id) => [id, { summary: 'accepted', resend }]));
}

/** A body for each order. */
export function toBodies(body) {
  return ORDER_IDS.map((id) => body.replaceAll(`"${ORDER_ID}"`, `"${id}"`));
}

/** What `before` does not know. */
const LATER_FIELDS = / +(?:lastResend \{[^}]*\}|unavailableForSeconds)\n/g;

export const query = readFileSync(
  new URL('../schema/operations/resend-dv-emails.graphql', import.meta.url),
  'utf8',
).replace(LATER_FIELDS, '');

/** What autocannon replaces by an id of its own for each request. */
const NEW_ID = '[<id>]';

/** Entries of a list of recipients, all of them new in each request. */
export function toVariables(count = 1) {
  const domainApprovalEmails = Array.from({ length: count }, (_, index) => ({
    domain: 'example.com',
    email: `admin+${index}-${NEW_ID}@example.com`,
  }));
  return { orderId: ORDER_ID, input: { domainApprovalEmails, locale: 'en' } };
}

export function toBody({ document = query, variables = toVariables() } = {}) {
  return JSON.stringify({ query: document, operationName: 'ResendDvEmails', variables });
}

/** The same for a document that was never sent before. */
export function toUnseenBody() {
  return toBody({ document: `# ${NEW_ID}\n${query}` });
}

/** A body as it is sent without replacements. */
export function fill(body, id) {
  return body.replaceAll(NEW_ID, String(id));
}
