// What every example client says, in every language.
import { START } from '../../support/manual-clock';

export const MAYBE_SENT = 'EMAILS MAY HAVE BEEN SENT. Look for them before you try again.';
const REFUSED = '  DigiCert: simulator|refused: The simulator refuses this order.';

/** What a client says of each order: everything, with `<id>` for the correlation id. */
export const TOLD: Readonly<Record<string, readonly string[]>> = {
  '1001': [
    `DigiCert accepted the request at ${START}. Accepted is not delivered.`,
    '  example.com: admin@example.com',
  ],
  '1400': [
    'DigiCert refused this request. Check the recipients and the language; nothing was sent.',
    '  Correlation id: <id>',
    REFUSED,
  ],
  '1404': [
    'DigiCert finds no order 1404 in this account. Check the order id, and that the order belongs to this account; nothing was sent.',
    '  Correlation id: <id>',
  ],
  '1002': [
    'DigiCert refused, and the status of the order is issued: it no longer waits for approval by email. Nothing was sent.',
    '  Correlation id: <id>',
    '  Reason: ORDER_NOT_PENDING',
    REFUSED,
  ],
  '1403': [
    "DigiCert says that the gateway's API key lacks the permission for this. Ask the administrator of the DigiCert account; nothing was sent.",
    '  Correlation id: <id>',
    '  DigiCert: access_denied|missing_permission: You do not have permission to access this order.',
  ],
  '1429': [
    'No more requests can be made to DigiCert for the moment. Try again in 5 s; this time nothing was sent.',
    '  Correlation id: <id>',
    '  Try again in 5 s (scope DIGICERT).',
  ],
  '1401': [
    "DigiCert rejects this gateway's API key. Tell the gateway's operators, with the correlation id. Nothing was sent.",
    '  Correlation id: <id>',
    '  Reason: CREDENTIALS_REJECTED',
  ],
  '1503': [
    'DigiCert, or a server before it, fails at the moment; try again later. The emails may have been sent anyway: look for them before you try again.',
    '  Correlation id: <id>',
    '  Reason: UNAVAILABLE',
    MAYBE_SENT,
  ],
};
