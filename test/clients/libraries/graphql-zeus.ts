import { type Library, toRefusal } from './library';
import { $, Chain, type FromSelector, GraphQLError, Selector } from './zeus';

const error = { message: true } as const;

/** Zeus has no fragment on the interface in its types, so this one is hidden from them. */
const later: object = { '...on ResendDvEmailsError': error };

const RESULT = Selector('ResendDvEmailsResult')({
  __typename: true,
  '...on ResendDvEmailsSuccess': { acceptedAt: true },
  '...on ResendDvEmailsInvalidInputError': error,
  '...on ResendDvEmailsOrderNotFoundError': error,
  '...on ResendDvEmailsOrderNotEligibleError': error,
  '...on ResendDvEmailsAccessDeniedError': error,
  '...on ResendDvEmailsRateLimitedError': error,
  '...on ResendDvEmailsUpstreamError': error,
  ...later, // needed for: later
});

function tell(result: FromSelector<typeof RESULT, 'ResendDvEmailsResult'>): string {
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

/** With status 401 and the like Zeus rejects with the body as it is, no `GraphQLError`. */
function readCode(error: unknown): unknown {
  const { errors } = Object(error instanceof GraphQLError ? error.response : error);
  return errors?.[0]?.extensions?.code;
}

export const library: Library = {
  resend: async (url, orderId) => {
    try {
      const { resendDvEmails } = await Chain(url)('mutation')(
        { resendDvEmails: [{ orderId: $('orderId', 'ID!') }, RESULT] },
        { variables: { orderId } },
      );
      return resendDvEmails ? tell(resendDvEmails) : toRefusal(undefined);
    } catch (error) {
      return toRefusal(readCode(error));
    }
  },
  readStatus: async (url, id) => {
    const { certificateOrder } = await Chain(url)('query')(
      { certificateOrder: [{ id: $('id', 'ID!') }, { status: true }] },
      { variables: { id } },
    );
    return String(certificateOrder?.status);
  },
};
