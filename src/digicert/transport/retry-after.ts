// How long DigiCert wants no request: after a 429, or beside a server error.
import { firstValue, type HttpResponse } from './exchange';

/** DigiCert does not document Retry-After and was not seen to send it: then one short quota window. */
const DEFAULT_RETRY_AFTER_SECONDS = 5;

/** A longer wait than an hour is more likely a broken clock than meant. */
const MAX_RETRY_AFTER_SECONDS = 3600;

/** Seconds after a 429. */
export function readRetryAfter(response: Pick<HttpResponse, 'headers'>, nowMs: number): number {
  return findRetryAfter(response, nowMs) ?? DEFAULT_RETRY_AFTER_SECONDS;
}

/** Takes seconds or an HTTP date (RFC 9110 section 10.2.3). Always whole seconds, at least one; `undefined`: not said. */
export function findRetryAfter(
  { headers }: Pick<HttpResponse, 'headers'>,
  nowMs: number,
): number | undefined {
  const text = firstValue(headers['retry-after'])?.trim() ?? '';
  const untilDate = text.endsWith(' GMT')
    ? Math.ceil((Date.parse(text) - nowMs) / 1000)
    : Number.NaN;
  const seconds = /^\d+$/.test(text) ? Number(text) : untilDate;
  return Number.isNaN(seconds)
    ? undefined
    : Math.min(Math.max(seconds, 1), MAX_RETRY_AFTER_SECONDS);
}
