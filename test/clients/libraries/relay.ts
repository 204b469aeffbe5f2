import {
  commitMutation,
  Environment,
  type FetchFunction,
  fetchQuery,
  graphql,
  Network,
  RecordSource,
  readInlineData,
  Store,
} from 'relay-runtime';
import type { relay_error$key } from './__generated__/relay_error.graphql';
import type { relay_result$key } from './__generated__/relay_result.graphql';
import type { relayOrderQuery } from './__generated__/relayOrderQuery.graphql';
import type {
  relayResendMutation,
  relayResendMutation$data,
} from './__generated__/relayResendMutation.graphql';
import { type Library, toRefusal } from './library';

function createEnvironment(url: string): Environment {
  const send: FetchFunction = async ({ text }, variables) => {
    const response = await fetch(url, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ query: text, variables }),
    });
    return response.json();
  };
  return new Environment({ network: Network.create(send), store: new Store(new RecordSource()) });
}

/** A fragment of concrete types alone: beside one on the interface Relay's types would be no union. */
const RESULT = graphql`
  fragment relay_result on ResendDvEmailsResult @inline {
    __typename
    ... on ResendDvEmailsSuccess {
      acceptedAt
    }
    ... on ResendDvEmailsInvalidInputError {
      message
    }
    ... on ResendDvEmailsOrderNotFoundError {
      message
    }
    ... on ResendDvEmailsOrderNotEligibleError {
      message
    }
    ... on ResendDvEmailsAccessDeniedError {
      message
    }
    ... on ResendDvEmailsRateLimitedError {
      message
    }
    ... on ResendDvEmailsUpstreamError {
      message
    }
  }
`;

const ERROR = graphql`
  fragment relay_error on ResendDvEmailsError @inline {
    message
  }
`;

const RESEND = graphql`
  mutation relayResendMutation($orderId: ID!) {
    resendDvEmails(orderId: $orderId) {
      ...relay_result
      ...relay_error @alias(as: "error") # needed for: later
    }
  }
`;

const ORDER = graphql`
  query relayOrderQuery($id: ID!) {
    certificateOrder(id: $id) {
      status
    }
  }
`;

function tell(data: NonNullable<relayResendMutation$data['resendDvEmails']>): string {
  const result = readInlineData<relay_result$key>(RESULT, data);
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
    default:
      // All that Relay's types have for a member added later.
      result.__typename satisfies '%other';
      return `later: ${data.error && readInlineData<relay_error$key>(ERROR, data.error).message}`;
  }
}

export const library: Library = {
  resend: (url, orderId) =>
    new Promise((resolve) => {
      commitMutation<relayResendMutation>(createEnvironment(url), {
        mutation: RESEND,
        variables: { orderId },
        onCompleted: ({ resendDvEmails }) =>
          resolve(resendDvEmails ? tell(resendDvEmails) : toRefusal(undefined)),
        onError: (error) => resolve(toRefusal(readCode(error))),
      });
    }),
  readStatus: async (url, id) => {
    const data = await fetchQuery<relayOrderQuery>(createEnvironment(url), ORDER, {
      id,
    }).toPromise();
    return String(data?.certificateOrder?.status);
  },
};

/** Relay throws when there is no data, with the response as `source`. */
function readCode(error: Error): unknown {
  return Object(error).source?.errors?.[0]?.extensions?.code;
}
