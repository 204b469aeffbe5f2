import { MutationObserver, onlineManager, QueryClient } from '@tanstack/query-core';
import {
  CertificateOrderDocument,
  ResendDvEmailsDocument,
  type ResendDvEmailsMutation,
} from 'dv-email-gateway-client';
import { ClientError, request } from 'graphql-request';
import { type Library, toRefusal } from './library';
import { tell } from './tell';

interface Options {
  readonly retry?: number | boolean;
  readonly networkMode?: 'always' | 'online';
}

const createMutation = (url: string, options: Options = {}) =>
  new MutationObserver(new QueryClient(), {
    mutationFn: (orderId: string) => request(url, ResendDvEmailsDocument, { orderId }),
    retryDelay: 1,
    ...options,
  });

async function toText(mutation: Promise<ResendDvEmailsMutation>): Promise<string> {
  try {
    const { resendDvEmails: result } = await mutation;
    return result ? tell(result) : toRefusal(undefined);
  } catch (error) {
    return toRefusal(
      error instanceof ClientError ? error.response.errors?.[0]?.extensions.code : undefined,
    );
  }
}

const resend = (url: string, orderId: string, options?: Options) =>
  toText(createMutation(url, options).mutate(orderId));

/** As a browser without a network calls it, which has one a moment later. */
async function resendOffline(url: string, orderId: string, options?: Options): Promise<string> {
  onlineManager.setOnline(false);
  const mutation = createMutation(url, options);
  const text = toText(mutation.mutate(orderId));
  const isPaused = mutation.getCurrentResult().isPaused;
  onlineManager.setOnline(true);
  return `${isPaused ? 'kept, and sent once online: ' : ''}${await text}`;
}

export const library: Library = {
  resend,
  readStatus: async (url, id) => {
    const { certificateOrder } = await new QueryClient().fetchQuery({
      queryKey: ['order', id],
      queryFn: () => request(url, CertificateOrderDocument, { id }),
    });
    return String(certificateOrder?.status);
  },
  features: {
    'retry: 3': {
      asItComes: (url, orderId) => resend(url, orderId, { retry: 3 }),
      madeSafe: resend,
    },
    'no network': {
      asItComes: resendOffline,
      madeSafe: (url, orderId) =>
        resendOffline(url, orderId, {
          networkMode: 'always', // needed for: retry, no network
        }),
    },
  },
};
