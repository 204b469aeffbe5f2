// What the log says of calls and of the way to DigiCert as a whole.
import type { Logger } from 'pino';
import type { Caller } from '../domain/caller';
import type { UpstreamDiagnostics } from '../domain/outcome';
import { isOrderId } from '../domain/resend-request';
import type { BreakerState, UpstreamEvent } from '../domain/upstream-event';
import type { UseCaseCompleted, UseCaseOutcome } from '../domain/use-case-events';

/** The id, if it is one: what is none could be anything, of any length. */
export function toOrderField(orderId: string): string | undefined {
  return isOrderId(orderId) ? orderId : undefined;
}

/** Logs fields as news, or as an error to be alerted on where only the gateway's operators can fix it. */
export function logOutcome(
  log: Logger,
  fields: object,
  message: string,
  outcome: UseCaseOutcome,
): void {
  const failure = outcome.kind === 'upstream-failed' ? outcome : undefined;
  if (failure?.reason === 'CREDENTIALS_REJECTED' || failure?.reason === 'MISCONFIGURED') {
    log.error(fields, describeFault(failure.diagnostics));
  } else {
    log.info(fields, message);
  }
}

function describeFault({ status, errorCode }: UpstreamDiagnostics): string {
  if (status !== undefined) {
    return 'DigiCert refuses the gateway itself: check DIGICERT_API_KEY and DIGICERT_BASE_URL';
  }
  return errorCode?.startsWith('PROXY_')
    ? 'the proxy of HTTPS_PROXY refuses the gateway: nothing was sent'
    : 'the certificate of DIGICERT_BASE_URL is not trusted: nothing was sent to it';
}

const LOGGED_READS = { order: { event: 'order.read' }, list: { event: 'orders.listed' } } as const;

/** One event per order, or page of the list, that is read; where that failed unexpectedly, the masked error is logged in its place. */
export function logOrderRead(
  log: Logger,
  completed: UseCaseCompleted,
  nameCaller: (caller: Caller) => object,
): void {
  const { useCase, caller, orderId, outcome, durationMs } = completed;
  if (outcome === undefined) {
    return;
  }
  const failure = outcome.kind === 'upstream-failed' ? outcome : undefined;
  const fields = {
    ...LOGGED_READS[useCase === 'list orders' ? 'list' : 'order'],
    correlationId: caller.correlationId,
    ...nameCaller(caller),
    orderId: toOrderField(orderId),
    outcome: outcome.kind,
    scope: outcome.kind === 'rate-limited' ? outcome.scope : undefined,
    reason: failure?.reason,
    upstreamStatus: failure?.diagnostics.status,
    upstreamErrorCode: failure?.diagnostics.errorCode,
    upstreamAttempts: failure?.diagnostics.attempts,
    durationMs: Math.round(durationMs),
  };
  logOutcome(log, fields, 'read', outcome);
}

const BREAKER_MESSAGES: Readonly<Record<BreakerState, string>> = {
  open: 'DigiCert fails repeatedly: it is not called for a while, and callers get a response at once',
  'half-open': 'one request finds out whether DigiCert is back',
  closed: 'DigiCert works again',
};

export function logUpstream(log: Logger, event: UpstreamEvent): void {
  if (event.kind === 'breaker-changed') {
    const fields = { event: 'digicert.breaker-changed', state: event.to };
    log[event.to === 'open' ? 'error' : 'info'](fields, BREAKER_MESSAGES[event.to]);
  }
}
