import { retryExchange } from '@urql/exchange-retry';
import { CertificateOrderDocument, ResendDvEmailsDocument } from 'dv-email-gateway-client';
import { Client, type Exchange, fetchExchange } from 'urql';
import { type Library, toRefusal } from './library';
import { tell } from './tell';

function createClient(url: string, ...exchanges: Exchange[]): Client {
  return new Client({
    url,
    exchanges: [...exchanges, fetchExchange],
    preferGetMethod: false, // needed for: query
  });
}

async function resend(client: Client, orderId: string): Promise<string> {
  const { data, error } = await client.mutation(ResendDvEmailsDocument, { orderId }).toPromise();
  const result = data?.resendDvEmails;
  return result ? tell(result) : toRefusal(error?.graphQLErrors[0]?.extensions.code);
}

export const library: Library = {
  resend: (url, orderId) => resend(createClient(url), orderId),
  readStatus: async (url, id) => {
    const { data, error } = await createClient(url)
      .query(CertificateOrderDocument, { id })
      .toPromise();
    return data?.certificateOrder?.status ?? String(error);
  },
  features: {
    retryExchange: {
      asItComes: (url, orderId) =>
        resend(createClient(url, retryExchange({ initialDelayMs: 1 })), orderId),
      madeSafe: (url, orderId) => {
        const exchange = retryExchange({
          initialDelayMs: 1,
          retryIf: (error, operation) => operation.kind === 'query' && !!error.networkError, // needed for: retry, retryExchange
        });
        return resend(createClient(url, exchange), orderId);
      },
    },
  },
};
