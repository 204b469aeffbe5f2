/** Why a request or a field is refused, in words that are meant for the caller. Any other error is masked. */
export class CodedError extends Error {
  /** Of HTTP, where the request never becomes GraphQL. */
  readonly status: number = 400;
  readonly headers: Readonly<Record<string, string>> = {};
  /** Further fields for a program, e.g. `retryAfterSeconds`. */
  readonly fields: Readonly<Record<string, unknown>> = {};

  constructor(
    readonly code: string,
    message: string,
    details: Partial<Pick<CodedError, 'status' | 'headers' | 'fields'>> = {},
  ) {
    super(message);
    Object.assign(this, details);
  }
}
