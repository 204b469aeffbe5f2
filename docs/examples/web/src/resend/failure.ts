// Where there is no member of the union: the gateway refused the call, broke down over it, or was not reached.
import { readGraphqlErrors } from '../graphql-errors';

export interface Failure {
  readonly heading: string;
  readonly message: string;
  readonly emailsMayHaveBeenSent: boolean;
  readonly correlationId: unknown;
}

/** Codes of calls that were refused before anything was done, with what a person can do about it. */
const REFUSALS: Readonly<Record<string, string>> = {
  UNAUTHENTICATED: 'Sign in again',
  FORBIDDEN: 'You may not resend emails',
  SERVICE_UNAVAILABLE: 'Not at the moment: try again',
  GRAPHQL_PARSE_FAILED: 'This page does not fit the gateway',
  GRAPHQL_VALIDATION_FAILED: 'This page is out of date: reload it',
  BAD_USER_INPUT: 'This page does not fit the gateway',
  OPERATION_RESOLUTION_FAILURE: 'This page does not fit the gateway',
  QUERY_NOT_IN_SAFELIST: 'This page is out of date: reload it',
  PERSISTED_QUERY_NOT_FOUND: 'This page does not fit the gateway',
  BAD_REQUEST: 'This page does not fit the gateway',
  NOT_FOUND: 'This page does not fit the gateway',
  METHOD_NOT_ALLOWED: 'This page does not fit the gateway',
  NOT_ACCEPTABLE: 'This page does not fit the gateway',
  PAYLOAD_TOO_LARGE: 'This page does not fit the gateway',
  UNSUPPORTED_MEDIA_TYPE: 'This page does not fit the gateway',
  EXPECTATION_FAILED: 'This page does not fit the gateway',
  MISDIRECTED_REQUEST: 'This page does not fit the gateway',
  REQUEST_HEADER_FIELDS_TOO_LARGE: 'This page does not fit the gateway',
};

const MAY_HAVE_BEEN_SENT =
  'The emails may have been sent anyway: look for them before you try again.';

export function toFailure(error: unknown, requestId: string): Failure {
  const errors = readGraphqlErrors(error);
  const [first] = errors;
  const { code, correlationId = requestId } = first?.extensions ?? {};
  if (first === undefined) {
    return {
      heading: 'The gateway does not answer',
      message: MAY_HAVE_BEEN_SENT,
      // It may be the response that was lost, not the call.
      emailsMayHaveBeenSent: true,
      correlationId,
    };
  }
  // Any other fault, and the outcome is unknown.
  const refused = errors.every(({ extensions }) =>
    Object.hasOwn(REFUSALS, String(extensions?.code)),
  );
  return {
    heading: (refused && REFUSALS[String(code)]) || 'The gateway has a problem',
    message: refused ? first.message : MAY_HAVE_BEEN_SENT,
    emailsMayHaveBeenSent: !refused,
    correlationId,
  };
}
