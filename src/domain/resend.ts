// The use case, whole: count the caller, check the input, spare the mailboxes, call DigiCert once, and
// if it refuses, find out why.

import type { Deadline } from '../lib/deadline';
import type { Caller } from './caller';
import { findIneligibility } from './order-eligibility';
import { emailsMayHaveBeenSent, type ResendOutcome } from './outcome';
import type { OrderReadApi, ReadDependencies } from './read-order';
import { parseResendRequest, type ResendInput, type ResendRequest } from './resend-request';
import type { Refused, Reservation } from './reservation';
import type { UseCaseResult } from './use-case-events';

/** DigiCert's response: it stands as it is, or it is a refusal that the order's info may explain. */
export interface ResendResponse {
  readonly outcome: ResendOutcome;
  readonly refused: boolean;
}

/** What the use case needs of DigiCert. Neither call throws for anything the network may do. */
export interface ResendApi extends Pick<OrderReadApi, 'isAvailable' | 'readOrderInfo'> {
  /** Sends at most one request in any case. */
  resendEmails(
    request: ResendRequest,
    quota: Reservation | undefined,
    deadline: Deadline,
  ): Promise<ResendResponse>;
}

interface ResendDependencies extends Omit<ReadDependencies, 'digicert'> {
  readonly digicert: ResendApi;
  /** Whether an entry whose address is at a parent of its domain gets the `emailDomain` it lacks. */
  readonly addEmailDomain: boolean;
}

export type Resend = (
  orderId: string,
  input: ResendInput | null | undefined,
  caller: Caller,
) => Promise<ResendOutcome>;

export function createResend(
  dependencies: ResendDependencies,
): (...call: Parameters<Resend>) => Promise<UseCaseResult<ResendOutcome>> {
  const { digicert, limits, deadlines, timeoutMs, addEmailDomain } = dependencies;
  return (orderId, input, caller) =>
    deadlines.within(timeoutMs, async (deadline) => {
      const parsed = parseResendRequest(orderId, input, { addEmailDomain });
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
        const faults = { issues, issueCount, digicertErrors: [], emailDomainAdded: false };
        return { outcome: { kind: 'invalid-input', ...faults } };
      }
      const { request } = parsed;
      const { attempt, quota } = reserved;
      const { outcome, refused } = await digicert.resendEmails(request, quota, deadline);
      attempt.end(toAttemptOutcome(outcome));
      const explained = refused
        ? await explainRefusal(outcome, orderId, dependencies, deadline)
        : outcome;
      return { outcome: explained, request };
    });
}

function toAttemptOutcome(outcome: ResendOutcome) {
  if (outcome.kind === 'accepted') {
    return 'ACCEPTED';
  }
  if (emailsMayHaveBeenSent(outcome)) {
    return 'UNKNOWN';
  }
  return outcome.diagnostics?.attempts === 0 ? undefined : 'NOT_SENT';
}

function toRateLimited({ ok: _, scope, ...details }: Refused): ResendOutcome {
  const limited = { kind: 'rate-limited', scope, ...details } as const;
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
  const read = reserved.ok
    ? await digicert.readOrderInfo(orderId, reserved.quota, deadline)
    : undefined;
  const order = read?.kind === 'found' ? read.value : undefined;
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
