import { GraphQLError } from 'graphql';

/** The code of an error that says of several fields at once why they are null. */
export const RESPONSE_TOO_LARGE = 'RESPONSE_TOO_LARGE';

/** An error whose code and message are meant for the caller, so that masking lets it through. */
export class CodedError extends GraphQLError {
  constructor(
    readonly code: string,
    message: string,
    /** Further facts for a program, e.g. `retryAfterSeconds`. */
    readonly facts: Readonly<Record<string, unknown>> = {},
  ) {
    super(message);
  }
}
