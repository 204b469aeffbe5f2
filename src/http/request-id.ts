// The correlation id of a request: the caller's own if it is fit to be logged, else a new one.
import { randomUUID } from 'node:crypto';
import type { IncomingHttpHeaders } from 'node:http';

export const REQUEST_ID_HEADER = 'x-request-id';

/** Long enough for every common id format, and nothing that could forge or bloat a log line. */
const REQUEST_ID = /^[A-Za-z0-9._:+/=-]{1,128}$/;

export function toRequestId(headers: IncomingHttpHeaders): string {
  const given = headers[REQUEST_ID_HEADER];
  return typeof given === 'string' && REQUEST_ID.test(given) ? given : randomUUID();
}
