// The use case, whole: count the caller, check the input, spare the mailboxes, call DigiCert once, and
// if it refuses, find out why.
import type { Caller } from './caller';
import type { Deadline, Deadlines } from './deadline';
import type { CallerQuota, Cooldown } from './limits';
import { findIneligibility, type OrderInfo } from './order-eligibility';
import { emailsMayHaveBeenSent, type RateLimitScope, type ResendOutcome } from './outcome';
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
  readonly callerQuota: CallerQuota;
  readonly cooldown: Cooldown;
  readonly deadlines: Deadlines;
  /** Milliseconds for everything a mutation does upstream. */
  readonly timeoutMs: number;
}

export type Resend = (
  orderId: string,
  input: ResendInput | null | undefined,
  caller: Caller,
) => Promise<ResendOutcome>;

export function createResend(dependencies: ResendDependencies): Resend {
  const { digicert, callerQuota, cooldown, deadlines, timeoutMs } = dependencies;
  return async (orderId, input, caller) => {
    return deadlines.within(timeoutMs, async (deadline) => {
      // Counted on arrival: input that is refused costs too.
      const callerWaitSeconds = await callerQuota.count(caller);
      if (callerWaitSeconds !== undefined) {
        return rateLimited('CALLER', callerWaitSeconds);
      }
      const parsed = parseResendRequest(orderId, input);
      if (!parsed.ok) {
        const { issues, issueCount } = parsed;
        return { kind: 'invalid-input', issues, issueCount, digicertErrors: [] };
      }
      const { request } = parsed;
      const start = await cooldown.begin(request);
      if (!start.ok) {
        return rateLimited('COOLDOWN', start.retryAfterSeconds);
      }
      const { outcome, refused } = await digicert.resendEmails(request, deadline);
      if (emailsMayHaveBeenSent(outcome)) {
        start.pass.keep();
      } else {
        start.pass.release();
      }
      return refused ? explainRefusal(outcome, orderId, digicert, deadline) : outcome;
    });
  };
}

function rateLimited(scope: RateLimitScope, retryAfterSeconds: number): ResendOutcome {
  return { kind: 'rate-limited', scope, retryAfterSeconds };
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
    ...(refusal.evidence && { evidence: refusal.evidence }),
  };
}
