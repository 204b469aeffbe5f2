// What the log says of the way to DigiCert as a whole.
import type { Logger } from 'pino';
import type { BreakerState, UpstreamEvent } from '../domain/upstream-event';

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
