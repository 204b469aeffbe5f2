import { ApolloClient, HttpLink, InMemoryCache } from '@apollo/client';
import { CombinedGraphQLErrors } from '@apollo/client/errors';
import { PersistedQueryLink } from '@apollo/client/link/persisted-queries';
import { CertificateOrderDocument, ResendDvEmailsDocument } from 'dv-email-gateway-client';
import { type Library, toRefusal } from './library';
import { tell } from './tell';

async function sha256(text: string): Promise<string> {
  const digest = await crypto.subtle.digest('SHA-256', new TextEncoder().encode(text));
  return Buffer.from(digest).toString('hex');
}

function createClient(uri: string): ApolloClient {
  return new ApolloClient({
    link: new PersistedQueryLink({ sha256, useGETForHashedQueries: true }).concat(
      new HttpLink({ uri }),
    ),
    cache: new InMemoryCache(),
  });
}

export const library: Library = {
  resend: async (url, orderId) => {
    try {
      const { data } = await createClient(url).mutate({
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
  },
  readStatus: async (url, id) => {
    const { data } = await createClient(url).query({
      query: CertificateOrderDocument,
      variables: { id },
    });
    return String(data?.certificateOrder?.status);
  },
};
