import { ClientError, request } from 'graphql-request';
import { graphql } from './client-preset/gql';
import type { PresetResendMutation } from './client-preset/graphql';
import { type Library, toRefusal } from './library';

const ORDER = graphql(`
  query PresetOrder($id: ID!) {
    certificateOrder(id: $id) {
      status
    }
  }
`);

const RESEND = graphql(`
  mutation PresetResend($orderId: ID!) {
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

function tell(result: NonNullable<PresetResendMutation['resendDvEmails']>): string {
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

export const library: Library = {
  resend: async (url, orderId) => {
    try {
      const { resendDvEmails: result } = await request(url, RESEND, { orderId });
      return result ? tell(result) : toRefusal(undefined);
    } catch (error) {
      return toRefusal(
        error instanceof ClientError ? error.response.errors?.[0]?.extensions.code : undefined,
      );
    }
  },
  readStatus: async (url, id) => {
    const { certificateOrder } = await request(url, ORDER, { id });
    return String(certificateOrder?.status);
  },
};
