import { CombinedGraphQLErrors, ServerError } from '@apollo/client/errors';
import type { GraphQLFormattedError } from 'graphql';

/** The errors that the gateway answered with; none where it is not the gateway that answered. */
export function readGraphqlErrors(error: unknown): readonly GraphQLFormattedError[] {
  if (CombinedGraphQLErrors.is(error)) {
    return error.errors;
  }
  // With a status such as 401, Apollo Client leaves the body of a response in JSON unread.
  if (ServerError.is(error)) {
    try {
      const { errors } = JSON.parse(error.bodyText);
      // A proxy may answer in JSON of its own.
      return Array.isArray(errors) ? errors.filter((one) => typeof one?.message === 'string') : [];
    } catch {
      return [];
    }
  }
  return [];
}
