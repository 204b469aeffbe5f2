// What is told of the way to DigiCert as a whole. What came of a single call is in that call's own event.
import type { Logger } from 'pino';
import type { BreakerState, UpstreamEvent } from '../domain/upstream-event';

const MESSAGES: Readonly<Record<BreakerState, string>> = {
  open: 'DigiCert fails time and again: it is left alone for a while, and callers are told at once',
  'half-open': 'one request finds out whether DigiCert is back',
  closed: 'DigiCert works again',
};

export function logUpstream(log: Logger, event: UpstreamEvent): void {
  if (event.kind === 'breaker-changed') {
    const facts = { event: 'digicert.breaker-changed', state: event.to };
    if (event.to === 'open') {
      log.error(facts, MESSAGES[event.to]);
    } else {
      log.info(facts, MESSAGES[event.to]);
    }
  }
}
