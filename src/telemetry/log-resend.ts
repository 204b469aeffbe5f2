// One log event per attempt to resend: what came of it and how long it took, never an address.
import type { Logger } from 'pino';
import type { Clock } from '../domain/clock';
import type { ResendOutcome } from '../domain/outcome';
import type { Resend, ResendForCaller } from '../domain/resend';
import { logOutcome, toOrderFact } from './log-outcome';

export function logResend(resend: Resend, log: Logger, clock: Clock): ResendForCaller {
  return async (orderId, input, correlationId) => {
    const startedAt = clock.now();
    const outcome = await resend(orderId, input);
    const facts = {
      event: 'resend.completed',
      correlationId,
      ...toOrderFact(orderId),
      ...toFacts(outcome),
      durationMs: clock.now() - startedAt,
    };
    const failure = outcome.kind === 'upstream-failed' ? outcome.reason : undefined;
    logOutcome(log, facts, 'resend completed', failure);
    return outcome;
  };
}

function toFacts(outcome: ResendOutcome): object {
  switch (outcome.kind) {
    case 'upstream-failed':
      return {
        outcome: outcome.kind,
        reason: outcome.reason,
        emailsMayHaveBeenSent: outcome.emailsMayHaveBeenSent,
        upstreamStatus: outcome.evidence.status,
        upstreamErrorCode: outcome.evidence.errorCode,
        digicertCodes: outcome.evidence.digicertErrors?.map((error) => error.code),
      };
    case 'order-not-eligible':
      return { outcome: outcome.kind, reason: outcome.reason };
    case 'rate-limited':
      return { outcome: outcome.kind, scope: outcome.scope };
    default:
      return { outcome: outcome.kind };
  }
}
