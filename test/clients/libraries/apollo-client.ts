import { ApolloClient, ApolloLink, HttpLink, InMemoryCache } from '@apollo/client';
import { CombinedGraphQLErrors } from '@apollo/client/errors';
import { RetryLink } from '@apollo/client/link/retry';
import { CertificateOrderDocument, ResendDvEmailsDocument } from 'dv-email-gateway-client';
import { type Library, toRefusal } from './library';
import { tell } from './tell';

function createClient(uri: string, ...links: ApolloLink[]): ApolloClient {
  return new ApolloClient({
    link: ApolloLink.from([...links, new HttpLink({ uri })]),
    cache: new InMemoryCache(),
  });
}

async function resend(client: ApolloClient, orderId: string): Promise<string> {
  try {
    const { data } = await client.mutate({
      mutation: ResendDvEmailsDocument,
      variables: { orderId },
      fetchPolicy: 'no-cache', // needed for: later
    });
    const result = data?.resendDvEmails;
    return result ? tell(result) : toRefusal(undefined);
  } catch (error) {
    return toRefusal(
      CombinedGraphQLErrors.is(error) ? error.errors[0]?.extensions?.code : undefined,
    );
  }
}

const DELAY = { initial: 1, jitter: false };

export const library: Library = {
  resend: (url, orderId) => resend(createClient(url), orderId),
  readStatus: async (url, id) => {
    const { data } = await createClient(url).query({
      query: CertificateOrderDocument,
      variables: { id },
    });
    return String(data?.certificateOrder?.status);
  },
  features: {
    RetryLink: {
      asItComes: (url, orderId) =>
        resend(createClient(url, new RetryLink({ delay: DELAY })), orderId),
      madeSafe: (url, orderId) => {
        const link = new RetryLink({
          delay: DELAY,
          attempts: (count, { operationType }) => operationType === 'query' && count < 5, // needed for: retry, RetryLink
        });
        return resend(createClient(url, link), orderId);
      },
    },
  },
};
