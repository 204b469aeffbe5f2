// Where unexpected errors are masked: a caller sees a known code with a message about the request, or
// nothing but a correlation id that leads to the log.
import { inspect } from 'node:util';
import type { ApolloServerPlugin } from '@apollo/server';
import { unwrapResolverError } from '@apollo/server/errors';
import { GraphQLError, type GraphQLErrorExtensions, type GraphQLFormattedError } from 'graphql';
import type { Logger } from 'pino';
import type { GraphqlContext } from '../context';
import { CodedError } from './coded-error';

/** Codes of faults in the document or the HTTP request. Their messages speak of what the caller sent. */
const CALLER_ERROR_CODES: ReadonlySet<unknown> = new Set([
  'GRAPHQL_PARSE_FAILED',
  'GRAPHQL_VALIDATION_FAILED',
  'BAD_USER_INPUT',
  'BAD_REQUEST',
  'OPERATION_RESOLUTION_FAILURE',
  'PERSISTED_QUERY_NOT_FOUND',
  'PERSISTED_QUERY_NOT_SUPPORTED',
]);

/** Characters of a message; graphql-js quotes whole values of whatever length. */
const MAX_MESSAGE_LENGTH = 500;

const MASKED_MESSAGE =
  "Something unexpected went wrong in the gateway. Quote the correlation id to the gateway's operators.";

/**
 * What a masked error hides, until it is logged. Apollo Server keeps what `formatError` returns as it is
 * until `willSendResponse`, so the object itself is the key.
 */
const hidden = new WeakMap<GraphQLFormattedError, unknown>();

export interface ErrorMaskOptions {
  readonly log: Logger;
  /** Whether a message may suggest names of the schema. */
  readonly hints: boolean;
}

/** What every error passes on its way out. */
export interface ErrorMask {
  /** For Apollo Server's `formatError`. */
  readonly format: (formatted: GraphQLFormattedError, error: unknown) => GraphQLFormattedError;
  /** Puts the correlation id on formatted errors, and logs what they hide under that id. */
  sign(
    errors: readonly GraphQLFormattedError[],
    correlationId: string,
  ): readonly GraphQLFormattedError[];
  /** What went wrong where there is no error of GraphQL's yet. */
  report(thrown: unknown, correlationId?: string): void;
}

export function createErrorMask({ hints, log }: ErrorMaskOptions): ErrorMask {
  const report = (thrown: unknown, correlationId?: string) =>
    log.error({ event: 'request.failed', correlationId, err: toError(thrown) }, 'unexpected error');
  return {
    format: (formatted, error) =>
      maskError(hints ? formatted : { ...formatted, message: dropHint(formatted.message) }, error),
    sign: (errors, correlationId) =>
      errors.map((error) => {
        if (hidden.has(error)) {
          report(hidden.get(error), correlationId);
        }
        return { ...error, extensions: { ...error.extensions, correlationId } };
      }),
    report,
  };
}

/** graphql-js suggests names of the schema behind some of its messages. */
function dropHint(message: string): string {
  return message.replace(/ Did you mean .*\?$/s, '');
}

function maskError(formatted: GraphQLFormattedError, error: unknown): GraphQLFormattedError {
  const { message, locations, path } = formatted;
  const place = { ...(locations && { locations }), ...(path && { path }) };
  // What else a resolver throws is a bug, whatever it says of itself; only errors around it are the caller's.
  const thrown = unwrapResolverError(error);
  if (thrown instanceof CodedError) {
    return {
      message: thrown.message,
      ...place,
      extensions: { code: thrown.code, ...thrown.facts },
    };
  }
  const { code, validationErrorCode } =
    thrown === error ? { ...formatted.extensions } : toArgumentError(thrown);
  if (CALLER_ERROR_CODES.has(code) && !isParserFault(code, message)) {
    const extensions = { code, ...(validationErrorCode !== undefined && { validationErrorCode }) };
    return { message: message.slice(0, MAX_MESSAGE_LENGTH), ...place, extensions };
  }
  const masked = {
    message: MASKED_MESSAGE,
    ...place,
    extensions: { code: 'INTERNAL_SERVER_ERROR' },
  };
  hidden.set(masked, thrown);
  return masked;
}

/** Apollo Server gives whatever the parser throws the code of a syntax error, a stack overflow too. */
function isParserFault(code: unknown, message: string): boolean {
  return code === 'GRAPHQL_PARSE_FAILED' && !message.startsWith('Syntax Error: ');
}

/** graphql-js finds some faults in arguments only while executing; those point at the document. */
function toArgumentError(thrown: unknown): GraphQLErrorExtensions {
  return thrown instanceof GraphQLError && thrown.nodes ? { code: 'BAD_USER_INPUT' } : {};
}

/** Has every error signed right before it leaves Apollo Server. */
export function createErrorPlugin({ sign, report }: ErrorMask): ApolloServerPlugin<GraphqlContext> {
  return {
    async contextCreationDidFail({ error }) {
      report(error);
    },
    async unexpectedErrorProcessingRequest({ requestContext, error }) {
      report(error, requestContext.contextValue.caller.correlationId);
    },
    async requestDidStart({ contextValue }) {
      const { correlationId } = contextValue.caller;
      return {
        async willSendResponse({ response: { body } }) {
          if (body.kind === 'single' && body.singleResult.errors) {
            body.singleResult.errors = sign(body.singleResult.errors, correlationId);
          }
        },
      };
    },
  };
}

/** Anything can be thrown. */
function toError(thrown: unknown): Error {
  return thrown instanceof Error ? thrown : new Error(`thrown: ${inspect(thrown)}`);
}
