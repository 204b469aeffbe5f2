import { initGraphQLTada, type ResultOf } from 'gql.tada';
import { Client, fetchExchange } from 'urql';
import type { introspection } from './gql-tada-env';
import { type Library, toRefusal } from './library';

const graphql = initGraphQLTada<{
  introspection: introspection;
  scalars: { DateTimeISO: string };
}>();

const ORDER = graphql(`
  query TadaOrder($id: ID!) {
    certificateOrder(id: $id) {
      status
    }
  }
`);

const RESEND = graphql(`
  mutation TadaResend($orderId: ID!) {
    resendDvEmails(orderId: $orderId) {
      __typename
      ... on ResendDvEmailsSuccess {
        acceptedAt
      }
      ... on ResendDvEmailsError {
        message
      }
    }
  }
`);

function tell(result: NonNullable<ResultOf<typeof RESEND>['resendDvEmails']>): string {
  switch (result.__typename) {
    case 'ResendDvEmailsSuccess':
      return `${result.__typename}: ${result.acceptedAt}`;
    case 'ResendDvEmailsInvalidInputError':
    case 'ResendDvEmailsOrderNotFoundError':
    case 'ResendDvEmailsOrderNotEligibleError':
    case 'ResendDvEmailsAccessDeniedError':
    case 'ResendDvEmailsRateLimitedError':
    case 'ResendDvEmailsUpstreamError':
      return `${result.__typename}: ${result.message}`;
    default: {
      const { message }: { message: string } = result satisfies never;
      return `later: ${message}`;
    }
  }
}

const createClient = (url: string) =>
  new Client({ url, exchanges: [fetchExchange], preferGetMethod: false });

export const library: Library = {
  resend: async (url, orderId) => {
    const { data, error } = await createClient(url).mutation(RESEND, { orderId }).toPromise();
    const result = data?.resendDvEmails;
    return result ? tell(result) : toRefusal(error?.graphQLErrors[0]?.extensions.code);
  },
  readStatus: async (url, id) => {
    const { data, error } = await createClient(url).query(ORDER, { id }).toPromise();
    return data?.certificateOrder?.status ?? String(error);
  },
};
