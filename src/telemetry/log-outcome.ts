// What every event about a call to DigiCert has in common.
import type { Logger } from 'pino';
import type { UpstreamFailure } from '../domain/outcome';
import { isOrderId } from '../domain/resend-request';

/** The id, if it is one: what is none could be anything, of any length. */
export function toOrderFact(orderId: string): string | undefined {
  return isOrderId(orderId) ? orderId : undefined;
}

/** Logs facts as news, or as an error to be alerted on where only the gateway's operators can mend it. */
export function logOutcome(
  log: Logger,
  facts: object,
  message: string,
  failure: UpstreamFailure | undefined,
): void {
  if (failure === 'CREDENTIALS_REJECTED' || failure === 'MISCONFIGURED') {
    log.error(
      facts,
      'DigiCert refuses the gateway itself: check DIGICERT_API_KEY and DIGICERT_BASE_URL',
    );
  } else {
    log.info(facts, message);
  }
}
