// How long DigiCert wants no request after a 429.
import { firstValue, type HttpResponse } from './exchange';

/** DigiCert does not document Retry-After and was not seen to send it: then one short quota window. */
const DEFAULT_RETRY_AFTER_SECONDS = 5;

/** A longer wait than an hour is more likely a broken clock than meant. */
const MAX_RETRY_AFTER_SECONDS = 3600;

/** Takes seconds or an HTTP date (RFC 9110 section 10.2.3). Always whole seconds, at least one. */
export function readRetryAfter({ headers }: Pick<HttpResponse, 'headers'>, nowMs: number): number {
  const text = firstValue(headers['retry-after'])?.trim() ?? '';
  const untilDate = text.endsWith(' GMT')
    ? Math.ceil((Date.parse(text) - nowMs) / 1000)
    : Number.NaN;
  const seconds = /^\d+$/.test(text) ? Number(text) : untilDate;
  if (Number.isNaN(seconds)) {
    return DEFAULT_RETRY_AFTER_SECONDS;
  }
  return Math.min(Math.max(seconds, 1), MAX_RETRY_AFTER_SECONDS);
}
