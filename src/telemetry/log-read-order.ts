// One log event per order that is read.
import type { Logger } from 'pino';
import { toLoggedSubject } from '../domain/caller';
import type { Clock } from '../domain/clock';
import type { ReadOrder } from '../domain/read-order';
import { logOutcome, toOrderFact } from './log-outcome';

export function logReadOrder(readOrder: ReadOrder, log: Logger, clock: Clock): ReadOrder {
  return async (orderId, caller) => {
    const startedAt = clock.monotonicMs();
    const outcome = await readOrder(orderId, caller);
    const failure = outcome.kind === 'upstream-failed' ? outcome : undefined;
    const facts = {
      event: 'order.read',
      correlationId: caller.correlationId,
      subject: toLoggedSubject(caller),
      orderId: toOrderFact(orderId),
      outcome: outcome.kind,
      ...(outcome.kind === 'rate-limited' && { scope: outcome.scope }),
      reason: failure?.reason,
      upstreamStatus: failure?.evidence.status,
      upstreamErrorCode: failure?.evidence.errorCode,
      upstreamAttempts: failure?.evidence.attempts,
      durationMs: clock.monotonicMs() - startedAt,
    };
    logOutcome(log, facts, 'order read', failure?.reason);
    return outcome;
  };
}
