import { ApolloClient, HttpLink, InMemoryCache } from '@apollo/client';
import { CombinedGraphQLErrors, ServerError } from '@apollo/client/errors';
import { type Notice, toFailureNotice } from './notice';

/** No RetryLink: a link that repeats a mutation sends the emails again. No BatchHttpLink: batches are refused. */
export function createClient(uri: string): ApolloClient {
  return new ApolloClient({
    link: new HttpLink({ uri }),
    cache: new InMemoryCache(),
    // By way of the cache, a member that it does not know would lose its message.
    defaultOptions: { mutate: { fetchPolicy: 'no-cache' } },
  });
}

/** For what Apollo Client throws when there is no result. */
export function toThrownNotice(error: unknown): Notice {
  if (CombinedGraphQLErrors.is(error)) {
    return toFailureNotice(error.errors[0]?.extensions?.code);
  }
  return toFailureNotice(ServerError.is(error) ? readCode(error.bodyText) : undefined);
}

/** Of a response in another media type than the gateway's, such as a router's, Apollo Client leaves the errors unread. */
function readCode(body: string): unknown {
  try {
    return JSON.parse(body).errors[0].extensions.code;
  } catch {
    // A proxy's own response.
    return undefined;
  }
}
