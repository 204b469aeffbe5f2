import { createClient as createGenqlClient, GenqlError, type MutationResult } from './genql-client';
import { type Library, toRefusal } from './library';

const selectResult = (orderId: string) =>
  ({
    resendDvEmails: {
      __args: { orderId },
      __typename: true,
      on_ResendDvEmailsSuccess: { acceptedAt: true },
      on_ResendDvEmailsError: { message: true },
    },
  }) as const;

type Result = NonNullable<MutationResult<ReturnType<typeof selectResult>>['resendDvEmails']>;

function tell(result: Result): string {
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

async function post(url: string, operation: unknown) {
  const response = await fetch(url, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(operation),
  });
  return response.json();
}

const createClient = (url: string) =>
  createGenqlClient({
    url,
    fetcher: (operation) => post(url, operation), // needed for: 401
  });

export const library: Library = {
  resend: async (url, orderId) => {
    try {
      const { resendDvEmails } = await createClient(url).mutation(selectResult(orderId));
      return resendDvEmails ? tell(resendDvEmails) : toRefusal(undefined);
    } catch (error) {
      return toRefusal(error instanceof GenqlError ? error.errors[0]?.extensions?.code : undefined);
    }
  },
  readStatus: async (url, id) => {
    const { certificateOrder } = await createClient(url).query({
      certificateOrder: { __args: { id }, status: true },
    });
    return String(certificateOrder?.status);
  },
};
