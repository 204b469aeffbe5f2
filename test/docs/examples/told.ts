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
    'DigiCert knows no order 1404 in this account. Check the order id; nothing was sent.',
    '  Correlation id: <id>',
  ],
  '1002': [
    'The order is not pending (its status is issued), so there is nothing left to approve by email. Nothing was sent.',
    '  Correlation id: <id>',
    '  Reason: ORDER_NOT_PENDING',
    REFUSED,
  ],
  '1403': [
    "DigiCert does not let this gateway's account resend emails for this order. Ask the account's administrator; nothing was sent.",
    '  Correlation id: <id>',
    '  DigiCert: access_denied|missing_permission: You do not have permission to access this order.',
  ],
  '1429': [
    'DigiCert takes no more requests for the moment. Try again in 5 s; nothing was sent.',
    '  Correlation id: <id>',
    '  Try again in 5 s (scope DIGICERT).',
  ],
  '1401': [
    "DigiCert rejects this gateway's API key. Tell the gateway's operators, with the correlation id. Nothing was sent.",
    '  Correlation id: <id>',
    '  Reason: CREDENTIALS_REJECTED',
  ],
  '1503': [
    'DigiCert has a problem of its own; try again later. The emails may have been sent anyway: look for them before you try again.',
    '  Correlation id: <id>',
    '  Reason: UNAVAILABLE',
    MAYBE_SENT,
  ],
};
