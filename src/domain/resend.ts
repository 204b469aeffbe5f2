// The use case, whole: count the caller, check the input, spare the mailboxes, call DigiCert once, and
// if it refuses, find out why.

import type { Deadline, Deadlines } from '../lib/deadline';
import type { Caller } from './caller';
import { findIneligibility, type OrderInfo } from './order-eligibility';
import { emailsMayHaveBeenSent, type ResendOutcome } from './outcome';
import { parseResendRequest, type ResendInput, type ResendRequest } from './resend-request';
import type { Limits, Refused, Reservation } from './reservation';
import type { UseCaseResult } from './use-case-events';

/** DigiCert's response: it stands as it is, or it is a refusal that the order's info may explain. */
export interface ResendResponse {
  readonly outcome: ResendOutcome;
  readonly refused: boolean;
}

/** What the use case needs of DigiCert. Neither call throws for anything the network may do. */
export interface ResendApi {
  /** Whether DigiCert may be asked: the circuit breaker lets requests through. */
  readonly isAvailable: boolean;
  /** Sends at most one request in any case. */
  resendEmails(
    request: ResendRequest,
    quota: Reservation | undefined,
    deadline: Deadline,
  ): Promise<ResendResponse>;
  /** `undefined` when the order's info could not be had in time. */
  readOrderInfo(
    orderId: string,
    quota: Reservation | undefined,
    deadline: Deadline,
  ): Promise<OrderInfo | undefined>;
}

interface ResendDependencies {
  readonly digicert: ResendApi;
  readonly limits: Limits;
  readonly deadlines: Deadlines;
  /** Milliseconds for everything a mutation does upstream. */
  readonly timeoutMs: number;
}

export type Resend = (
  orderId: string,
  input: ResendInput | null | undefined,
  caller: Caller,
) => Promise<ResendOutcome>;

export function createResend(
  dependencies: ResendDependencies,
): (...call: Parameters<Resend>) => Promise<UseCaseResult<ResendOutcome>> {
  const { digicert, limits, deadlines, timeoutMs } = dependencies;
  return (orderId, input, caller) =>
    deadlines.within(timeoutMs, async (deadline) => {
      const parsed = parseResendRequest(orderId, input);
      // Counted in any case: input that is refused costs too. What the breaker keeps from DigiCert holds no recipient.
      const isReady = parsed.ok && digicert.isAvailable;
      const reserved = await limits.reserve(
        { caller, ...(isReady && { request: parsed.request, quota: true }) },
        deadline,
      );
      if (!reserved.ok) {
        return { outcome: toRateLimited(reserved) };
      }
      if (!parsed.ok) {
        const { issues, issueCount } = parsed;
        return { outcome: { kind: 'invalid-input', issues, issueCount, digicertErrors: [] } };
      }
      const { request } = parsed;
      const { recipients, quota } = reserved;
      const { outcome, refused } = await digicert.resendEmails(request, quota, deadline);
      if (emailsMayHaveBeenSent(outcome)) {
        recipients.commit();
      } else {
        recipients.release();
      }
      const explained = refused
        ? await explainRefusal(outcome, orderId, dependencies, deadline)
        : outcome;
      return { outcome: explained, request };
    });
}

function toRateLimited({ scope, retryAfterSeconds }: Refused): ResendOutcome {
  const limited = { kind: 'rate-limited', scope, retryAfterSeconds } as const;
  return scope === 'DIGICERT'
    ? { ...limited, diagnostics: { errorCode: 'QUOTA_FULL', attempts: 0 } }
    : limited;
}

/** One GET, within the same deadline. Without an explanation the refusal stands as it came. */
async function explainRefusal(
  refusal: ResendOutcome,
  orderId: string,
  { digicert, limits }: ResendDependencies,
  deadline: Deadline,
): Promise<ResendOutcome> {
  const reserved = await limits.reserve({ quota: true }, deadline);
  const order = reserved.ok
    ? await digicert.readOrderInfo(orderId, reserved.quota, deadline)
    : undefined;
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
    ...(refusal.diagnostics && { diagnostics: refusal.diagnostics }),
  };
}
