interface CodedErrorDetails {
  /** Of HTTP, where the request never becomes GraphQL. Default 400. */
  readonly status?: number;
  readonly headers?: Readonly<Record<string, string>>;
  /** Further fields for a program, e.g. `retryAfterSeconds`. */
  readonly fields?: Readonly<Record<string, unknown>>;
}

/** Why a request or a field is refused, in words that are meant for the caller. Any other error is masked. */
export class CodedError extends Error {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly fields: Readonly<Record<string, unknown>>;

  constructor(
    readonly code: string,
    message: string,
    { status = 400, headers = {}, fields = {} }: CodedErrorDetails = {},
  ) {
    super(message);
    this.status = status;
    this.headers = headers;
    this.fields = fields;
  }
}
