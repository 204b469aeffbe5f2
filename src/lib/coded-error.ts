/** Why a request or a field is refused, in words that are meant for the caller. Any other error is masked. */
export class CodedError extends Error {
  /** Of HTTP, where the request never becomes GraphQL. */
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  /** Further fields for a program, e.g. `retryAfterSeconds`. */
  readonly fields: Readonly<Record<string, unknown>>;

  constructor(
    readonly code: string,
    message: string,
    {
      status = 400,
      headers = {},
      fields = {},
    }: Partial<Pick<CodedError, 'status' | 'headers' | 'fields'>> = {},
  ) {
    super(message);
    this.status = status;
    this.headers = headers;
    this.fields = fields;
  }
}
