import type { RefusalReason } from '../domain/refusal-reason';
import { CodedError } from '../lib/coded-error';

/** What exactly is wrong with a token would help only an attacker. */
const BAD_TOKEN = new CodedError(
  'UNAUTHENTICATED',
  'The access token is not valid, or not any more.',
  { status: 401, headers: { 'www-authenticate': 'Bearer error="invalid_token"' } },
);

/** Thrown where credentials are checked: why a request is not accepted, for the log, and the error for its caller. */
export class Refusal extends Error {
  constructor(
    readonly reason: RefusalReason,
    readonly error = BAD_TOKEN,
  ) {
    super(reason);
  }
}
