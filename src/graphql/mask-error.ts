// Where unexpected errors are masked: a caller sees a known code with a message about the request, or
// nothing but a correlation id that leads to the log.
import { inspect } from 'node:util';
import type { ApolloServerPlugin } from '@apollo/server';
import { unwrapResolverError } from '@apollo/server/errors';
import { GraphQLError, type GraphQLErrorExtensions, type GraphQLFormattedError } from 'graphql';
import type { Logger } from 'pino';
import { CodedError } from '../lib/coded-error';
import type { GraphqlContext } from './context';

/** Codes of faults in the document or the HTTP request. Their messages speak of what the caller sent. */
const CALLER_ERROR_CODES: ReadonlySet<unknown> = new Set([
  'GRAPHQL_PARSE_FAILED',
  'GRAPHQL_VALIDATION_FAILED',
  'BAD_USER_INPUT',
  'BAD_REQUEST',
  'METHOD_NOT_ALLOWED',
  'OPERATION_RESOLUTION_FAILURE',
  'QUERY_NOT_IN_SAFELIST',
  'PERSISTED_QUERY_NOT_FOUND',
]);

/** Characters of a message; graphql-js quotes whole values, of any length. */
const MAX_MESSAGE_LENGTH = 500;

/** Errors of one response: one for every field of the longest mutation that settings allow. The others are counted. */
const MAX_ERRORS = 100;

/** Places in the document that one error names; graphql-js names each of a field that is selected many times. */
const MAX_LOCATIONS = 3;

/** Masked errors of one response that are logged one by one; they are nearly always one fault, met many times. */
const MAX_LOGGED_ERRORS = 3;

export const MASKED_MESSAGE =
  "Something unexpected went wrong in the gateway. Quote the correlation id to the gateway's operators.";

/**
 * What a masked error hides, until it is logged. Apollo Server keeps what `formatError` returns as it is
 * until `willSendResponse`, so the object itself is the key.
 */
const hidden = new WeakMap<GraphQLFormattedError, unknown>();

/** What every error passes on its way out. */
export type ErrorMask = ReturnType<typeof createErrorMask>;

/** `suggestions`: whether a message may suggest names of the schema. */
export function createErrorMask(log: Logger, suggestions: boolean) {
  /** What went wrong where there is no error of GraphQL's yet. */
  const report = (thrown: unknown, correlationId?: string) =>
    log.error({ event: 'request.failed', correlationId, err: toError(thrown) }, 'unexpected error');
  return {
    report,
    /** For Apollo Server's `formatError`. */
    format: (formatted: GraphQLFormattedError, error: unknown) =>
      maskError(formatted, error, suggestions),
    /** Puts the correlation id on formatted errors, logs what they hide under that id, and bounds their number. */
    addCorrelationId: (errors: readonly GraphQLFormattedError[], correlationId: string) => {
      const masked = errors.filter((error) => hidden.has(error));
      for (const error of masked.slice(0, MAX_LOGGED_ERRORS)) {
        report(hidden.get(error), correlationId);
      }
      if (masked.length > MAX_LOGGED_ERRORS) {
        const omitted = masked.length - MAX_LOGGED_ERRORS;
        log.error({ event: 'request.failed', correlationId, omitted }, 'further unexpected errors');
      }
      return toBounded(errors).map((error) => ({
        ...error,
        extensions: { ...error.extensions, correlationId },
      }));
    },
  };
}

/** One error that there was too little room for lists, and of all others a bounded number. */
function toBounded(errors: readonly GraphQLFormattedError[]): readonly GraphQLFormattedError[] {
  // That of a root field stands for itself: a mutation that was not run.
  const isTooLarge = ({ extensions, path = [] }: GraphQLFormattedError) =>
    extensions?.code === 'RESPONSE_TOO_LARGE' && path.length > 1;
  const firstTooLarge = errors.find(isTooLarge);
  const listed = errors.filter((error) => error === firstTooLarge || !isTooLarge(error));
  const omittedErrors = listed.length - MAX_ERRORS;
  if (omittedErrors <= 0) {
    return listed;
  }
  const message = `${omittedErrors} further errors are not listed.`;
  const extensions = { code: 'TOO_MANY_ERRORS', omittedErrors };
  return [...listed.slice(0, MAX_ERRORS), { message, extensions }];
}

function maskError(
  { message: full, locations, path, extensions }: GraphQLFormattedError,
  error: unknown,
  suggestions: boolean,
): GraphQLFormattedError {
  // Cut before anything is looked for in it: it may quote all that a caller sent.
  const cut = full.slice(0, MAX_MESSAGE_LENGTH);
  // graphql-js suggests names of the schema behind some of its messages. Nothing it says stands behind that.
  const message = suggestions ? cut : (cut.split(' Did you mean ', 1)[0] ?? '');
  const place = {
    ...(locations && { locations: locations.slice(0, MAX_LOCATIONS) }),
    ...(path && { path }),
  };
  // What else a resolver throws is a bug, even if it carries a code; only errors around it are the caller's.
  const thrown = unwrapResolverError(error);
  if (thrown instanceof CodedError) {
    const { code, fields } = thrown;
    return { message: thrown.message, ...place, extensions: { code, ...fields } };
  }
  const { code: given, validationErrorCode } =
    thrown === error && !isOfExecution(thrown) ? { ...extensions } : toArgumentError(thrown);
  const code = isOfMethod(thrown) ? 'METHOD_NOT_ALLOWED' : given;
  if (CALLER_ERROR_CODES.has(code) && !isParserFault(code, message)) {
    const known = { code, ...(validationErrorCode !== undefined && { validationErrorCode }) };
    return { message, ...place, extensions: known };
  }
  const masked = {
    message: MASKED_MESSAGE,
    ...place,
    extensions: { code: 'INTERNAL_SERVER_ERROR' },
  };
  hidden.set(masked, thrown);
  return masked;
}

/** Apollo Server gives everything the parser throws the code of a syntax error, a stack overflow too. */
function isParserFault(code: unknown, message: string): boolean {
  return code === 'GRAPHQL_PARSE_FAILED' && !message.startsWith('Syntax Error: ');
}

/** Apollo Server gives a mutation by GET the status of a wrong method, and the code of a request that is not well-formed. */
function isOfMethod(error: unknown): boolean {
  const { http }: { http?: { status?: unknown } } =
    error instanceof GraphQLError ? error.extensions : {};
  return http?.status === 405;
}

/** graphql-js stops before it calls a resolver, for instance on too many faults in the variables. */
function isOfExecution(error: unknown): boolean {
  return (
    error instanceof GraphQLError &&
    error.extensions.code === undefined &&
    error.originalError === undefined &&
    error.path === undefined
  );
}

/** graphql-js finds some faults in arguments only while executing; those point at the document. */
function toArgumentError(thrown: unknown): GraphQLErrorExtensions {
  const isOfCaller = thrown instanceof GraphQLError && (thrown.nodes || isOfExecution(thrown));
  return isOfCaller ? { code: 'BAD_USER_INPUT' } : {};
}

/** Puts the correlation id on every error right before it leaves Apollo Server. */
export function createErrorPlugin({
  addCorrelationId,
  report,
}: ErrorMask): ApolloServerPlugin<GraphqlContext> {
  return {
    contextCreationDidFail: async ({ error }) => report(error),
    unexpectedErrorProcessingRequest: async ({ requestContext, error }) =>
      report(error, requestContext.contextValue.caller.correlationId),
    requestDidStart: async ({ contextValue: { caller } }) => ({
      willSendResponse: async ({ response: { body } }) => {
        if (body.kind === 'single' && body.singleResult.errors) {
          body.singleResult.errors = addCorrelationId(
            body.singleResult.errors,
            caller.correlationId,
          );
        }
      },
    }),
  };
}

/** Anything can be thrown. */
function toError(thrown: unknown): Error {
  return thrown instanceof Error ? thrown : new Error(`thrown: ${inspect(thrown)}`);
}
