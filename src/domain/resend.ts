// The use case, whole: check the input, call DigiCert once, and if it refuses, find out why.
import { type Clock, type Deadline, withDeadline } from './clock';
import { findIneligibility, type OrderInfo } from './order-eligibility';
import type { ResendOutcome } from './outcome';
import { parseResendRequest, type ResendInput, type ResendRequest } from './resend-request';

/** DigiCert's answer: it stands as it is, or it is a refusal that the order's info may explain. */
export interface ResendAnswer {
  readonly outcome: ResendOutcome;
  readonly refused: boolean;
}

/** What the use case needs of DigiCert. Neither call throws for anything the network may do. */
export interface DigicertApi {
  /** Sends at most one request, whatever happens. */
  resendEmails(request: ResendRequest, deadline: Deadline): Promise<ResendAnswer>;
  /** `undefined` when the order's info could not be had in time. */
  readOrderInfo(orderId: string, deadline: Deadline): Promise<OrderInfo | undefined>;
}

export interface ResendDependencies {
  readonly digicert: DigicertApi;
  readonly clock: Clock;
  /** Milliseconds for everything a mutation does upstream. */
  readonly timeoutMs: number;
}

export type Resend = (
  orderId: string,
  input: ResendInput | null | undefined,
) => Promise<ResendOutcome>;

/** As {@link Resend}, for a call that has a name in the log. */
export type ResendForCaller = (
  orderId: string,
  input: ResendInput | null | undefined,
  correlationId: string,
) => Promise<ResendOutcome>;

export function createResend({ digicert, clock, timeoutMs }: ResendDependencies): Resend {
  return async (orderId, input) => {
    const parsed = parseResendRequest(orderId, input);
    if (!parsed.ok) {
      return { kind: 'invalid-input', issues: parsed.issues, digicertErrors: [] };
    }
    return withDeadline(clock, timeoutMs, async (deadline) => {
      const { outcome, refused } = await digicert.resendEmails(parsed.request, deadline);
      return refused ? explainRefusal(outcome, orderId, digicert, deadline) : outcome;
    });
  };
}

/** One GET, within the same deadline. Without an explanation the refusal stands as it came. */
async function explainRefusal(
  refusal: ResendOutcome,
  orderId: string,
  digicert: DigicertApi,
  deadline: Deadline,
): Promise<ResendOutcome> {
  const order = await digicert.readOrderInfo(orderId, deadline);
  const reason = order && findIneligibility(order);
  if (!order || !reason) {
    return refusal;
  }
  return {
    kind: 'order-not-eligible',
    reason,
    orderStatus: order.status,
    dcvMethod: order.dcvMethod,
    digicertErrors: refusal.kind === 'invalid-input' ? refusal.digicertErrors : [],
  };
}
