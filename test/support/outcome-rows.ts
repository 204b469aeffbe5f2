// What a resend of one simulated order gets: whole members of the union, word for word, and how a table of them is run.
import type { SimulatedOrder } from '../../src/simulator/orders';
import { START } from './manual-clock';
import { describeRequest, REQUEST_ID, startTestApp } from './test-app';

/** DigiCert's side, the member, and the requests that are made. */
export type OutcomeRow = readonly [
  what: string,
  order: SimulatedOrder | undefined,
  member: object,
  requests: readonly string[],
];

export const ORDER_ID = '5555';

export function order(
  resend: SimulatedOrder['resend'],
  info?: SimulatedOrder['info'],
): SimulatedOrder {
  return { summary: 'one of the test', resend, ...(info && { info }) };
}

export const codes = (...list: readonly string[]) => ({
  errors: list.map((code) => ({ code, message: `about ${code}` })),
});

export const raws = (...list: readonly string[]) =>
  list.map((code) => ({ code, message: `about ${code}` }));

/** What a user reads: with the order's own words, where there are some. */
const NOT_ELIGIBLE = {
  ORDER_NOT_PENDING: 'the status of the order is STATUS: it no longer waits for approval by email.',
  ORDER_NOT_READY:
    'the status of the order is STATUS: someone in the DigiCert account has to act on it before there are approval emails.',
  DCV_METHOD_NOT_EMAIL:
    'the order proves domain control by METHOD, not by email. To use email, change its DCV method at DigiCert first.',
  NOT_A_DV_ORDER:
    'the order is for an OV or EV certificate. Older editions of its API take DV orders only ("Resend DCV email" serves the others); newer ones take any order, and then DigiCert\'s own errors name another cause.',
} as const;

const OPERATORS = "Tell the gateway's operators, with the correlation id.";

const UPSTREAM = {
  CREDENTIALS_REJECTED: `DigiCert rejects this gateway's API key. ${OPERATORS}`,
  MISCONFIGURED: `The gateway is not set up right for DigiCert. ${OPERATORS}`,
  UNAVAILABLE: 'DigiCert, or a server before it, fails at the moment; try again LATER.',
  UNEXPECTED_RESPONSE: `DigiCert's response was not understood. ${OPERATORS}`,
} as const;

const MAY_BE_SENT = 'The emails may have been sent anyway: look for them before you try again.';

export const ACCOUNT_DENIED =
  "DigiCert does not let this gateway's account resend emails for this order.";
export const KEY_DENIED = "DigiCert says that the gateway's API key lacks the permission for this.";

export const PENDING_DV = {
  status: 'pending',
  dcv_method: 'email',
  product: { name_id: 'ssl_dv_rapidssl' },
};

export const invalidInput = (digicertErrors: readonly object[]) => ({
  __typename: 'ResendDvEmailsInvalidInputError',
  message:
    'DigiCert refused this request. Check the recipients and the language; nothing was sent.',
  retryable: false,
  correlationId: REQUEST_ID,
  issues: [],
  digicertErrors,
});

export const notEligible = (
  reason: keyof typeof NOT_ELIGIBLE,
  orderStatus: string | null,
  dcvMethod: string | null,
  digicertErrors: readonly object[],
) => ({
  __typename: 'ResendDvEmailsOrderNotEligibleError',
  message: `DigiCert refused, and ${NOT_ELIGIBLE[reason]
    .replace('STATUS', String(orderStatus))
    .replace('METHOD', String(dcvMethod))} Nothing was sent.`,
  retryable: false,
  correlationId: REQUEST_ID,
  reason,
  orderStatus,
  dcvMethod,
  digicertErrors,
});

export const accessDenied = (cause: string, digicertErrors: readonly object[]) => ({
  __typename: 'ResendDvEmailsAccessDeniedError',
  message: `${cause} Ask the administrator of the DigiCert account; nothing was sent.`,
  retryable: false,
  correlationId: REQUEST_ID,
  digicertErrors,
});

export const rateLimited = (retryAfterSeconds: number) => ({
  __typename: 'ResendDvEmailsRateLimitedError',
  message: `No more requests can be made to DigiCert for the moment. Try again in ${retryAfterSeconds} s; this time nothing was sent.`,
  retryable: true,
  correlationId: REQUEST_ID,
  scope: 'DIGICERT',
  retryAfterSeconds,
  lastResend: null,
});

export const upstream = (
  reason: keyof typeof UPSTREAM,
  retryable: boolean,
  emailsMayHaveBeenSent: boolean,
  unavailableForSeconds: number | null = null,
) => ({
  __typename: 'ResendDvEmailsUpstreamError',
  message: `${UPSTREAM[reason].replace(
    'LATER',
    unavailableForSeconds === null ? 'later' : `in ${unavailableForSeconds} s`,
  )} ${emailsMayHaveBeenSent ? MAY_BE_SENT : 'Nothing was sent.'}`,
  retryable,
  correlationId: REQUEST_ID,
  reason,
  emailsMayHaveBeenSent,
  unavailableForSeconds,
});

export const ORDER_NOT_FOUND = {
  __typename: 'ResendDvEmailsOrderNotFoundError',
  message: `DigiCert finds no order ${ORDER_ID} in this account. Check the order id, and that the order belongs to this account; nothing was sent.`,
  retryable: false,
  correlationId: REQUEST_ID,
  orderId: ORDER_ID,
};

/** Of a call for order 1001 that went out with these recipients. */
export const accepted = (...domainApprovalEmails: readonly object[]) => ({
  data: {
    resendDvEmails: {
      __typename: 'ResendDvEmailsSuccess',
      order: { id: '1001' },
      acceptedAt: START,
      domainApprovalEmails,
      locale: null,
    },
  },
});

export const PUT = `PUT ${ORDER_ID}`;
export const GET = `GET ${ORDER_ID}`;

export function itMapsEach(rows: readonly OutcomeRow[]): void {
  it.each(rows)('%s', async (_what, simulated, member, requests) => {
    const app = await startTestApp({ orders: simulated ? { [ORDER_ID]: simulated } : {} });

    const response = await app.resend(ORDER_ID, { locale: 'en' });

    expect(response).toEqual({ data: { resendDvEmails: member } });
    expect(app.takeUpstreamRequests().map(describeRequest)).toEqual(requests);
    expect(app.outbox).toEqual([]);
  });
}
