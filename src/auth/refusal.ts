import type { RefusalReason } from '../domain/refusal-reason';
import { CodedError } from '../lib/coded-error';

/** What exactly is wrong with a token would help only an attacker. */
const BAD_TOKEN = new CodedError(
  'UNAUTHENTICATED',
  'The access token is not valid, or not any more.',
  { status: 401, headers: { 'www-authenticate': 'Bearer error="invalid_token"' } },
);

/** Thrown where credentials are checked: an error for the caller, and the reason, which is for the log alone. */
export class Refusal extends CodedError {
  constructor(
    readonly reason: RefusalReason,
    { code, message, status, headers } = BAD_TOKEN,
  ) {
    super(code, message, { status, headers });
  }
}
