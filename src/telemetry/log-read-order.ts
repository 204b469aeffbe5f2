// One log event per order that is read.
import type { Logger } from 'pino';
import type { Clock } from '../domain/clock';
import type { ReadOrder } from '../domain/read-order';
import { isOrderId } from '../domain/resend-request';
import { isOperatorsConcern, OPERATORS_HINT } from './operators-concern';

export function logReadOrder(
  readOrder: ReadOrder,
  log: Logger,
  clock: Clock,
  correlationId: string,
): ReadOrder {
  return async (orderId) => {
    const startedAt = clock.now();
    const outcome = await readOrder(orderId);
    const failure = outcome.kind === 'upstream-failed' ? outcome : undefined;
    const facts = {
      event: 'order.read',
      correlationId,
      ...(isOrderId(orderId) && { orderId }),
      outcome: outcome.kind,
      reason: failure?.reason,
      upstreamStatus: failure?.evidence.status,
      upstreamErrorCode: failure?.evidence.errorCode,
      durationMs: clock.now() - startedAt,
    };
    if (failure && isOperatorsConcern(failure.reason)) {
      log.error(facts, OPERATORS_HINT);
    } else {
      log.info(facts, 'order read');
    }
    return outcome;
  };
}
