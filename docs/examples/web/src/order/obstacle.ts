// Why an order as it was read gets no button. Only what is known makes a reason: statuses and methods are open sets.
import type { Order } from './order-details';
import { toStatusWords } from './status';

const ENDED = ['issued', 'rejected', 'revoked', 'canceled', 'expired', 'waiting_pickup'];

/** Who has to act, by DigiCert's status. */
const UNREADY: Readonly<Record<string, string>> = {
  needs_approval: 'An administrator of the DigiCert account has to approve the order first',
  needs_csr: 'The requester has to add a CSR to the order at DigiCert first',
};

/** DigiCert's methods but email; one that is not known is shown as it is. */
const METHODS: Readonly<Record<string, string>> = {
  'dns-txt-token': 'a TXT record in DNS',
  'dns-cname-token': 'a CNAME record in DNS',
  'http-token': 'a file on the web server',
  'http-token-dynamic': 'a file on the web server',
};

/** `null`: there is no such order; `undefined`: it could not be read, and a resend can still be tried. */
export function findObstacle(order: Order | null | undefined): string | undefined {
  if (order === undefined) {
    return undefined;
  }
  if (order === null) {
    return 'Without an order there are no emails to resend.';
  }
  const status = order.status?.toLowerCase() ?? '';
  if (ENDED.includes(status)) {
    return `The status of the order is ${toStatusWords(order.status)}: it no longer waits for approval by email.`;
  }
  if (Object.hasOwn(UNREADY, status)) {
    return `${UNREADY[status]}: there are no emails to resend yet.`;
  }
  return (order.dcvMethod?.toLowerCase() ?? 'email') === 'email'
    ? undefined
    : `The order proves domain control by ${toMethodWords(order.dcvMethod)}, not by email. Follow that method, or change it to email at DigiCert.`;
}

function toMethodWords(method: string | null): string {
  const known = method?.toLowerCase() ?? '';
  return Object.hasOwn(METHODS, known) ? String(METHODS[known]) : String(method);
}
