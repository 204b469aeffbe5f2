import { cacheExchange, offlineExchange } from '@urql/exchange-graphcache';
import { persistedExchange } from '@urql/exchange-persisted';
import { CertificateOrderDocument, ResendDvEmailsDocument } from 'dv-email-gateway-client';
import sdl from 'dv-email-gateway-client/client.graphql';
import { buildSchema, introspectionFromSchema } from 'graphql';
import { Client, type ClientOptions, fetchExchange } from 'urql';
import { type Library, toRefusal } from './library';
import { tell } from './tell';

const CACHE = {
  schema: introspectionFromSchema(buildSchema(sdl)),
  keys: {
    CertificateOrderDomain: () => null,
    CertificateOrderApproverEmail: () => null,
    CertificateOrderResend: () => null,
  },
};

const HASHES = persistedExchange({
  enableForMutation: true,
  preferGetForPersistedQueries: false, // needed for: query
});

const createClient = (url: string, options: Partial<ClientOptions> = {}) =>
  new Client({
    url,
    preferGetMethod: false,
    exchanges: [cacheExchange(CACHE), HASHES, fetchExchange],
    ...options,
  });

async function resend(client: Client, orderId: string): Promise<string> {
  const { data, error } = await client.mutation(ResendDvEmailsDocument, { orderId }).toPromise();
  const result = data?.resendDvEmails;
  return result ? tell(result) : toRefusal(error?.graphQLErrors[0]?.extensions.code);
}

/** What a page would show at once, were it sure of the outcome. */
const optimistic = {
  resendDvEmails: ({ orderId }: { orderId?: string }) => ({
    __typename: 'ResendDvEmailsSuccess',
    order: { __typename: 'CertificateOrder', id: orderId },
    acceptedAt: new Date().toISOString(),
    domainApprovalEmails: [],
    locale: null,
  }),
};

/** As in a Chromium that loses the response and then notices that it is online. */
async function resendOffline(url: string, orderId: string, options: object): Promise<string> {
  let goOnline = () => {};
  let failures = 0;
  const kept = 'kept, and sent again once online';
  return new Promise((resolve) => {
    const fetchAsChromium: typeof fetch = async (...args) => {
      try {
        return await fetch(...args);
      } catch {
        failures += 1;
        setTimeout(failures === 1 ? goOnline : () => resolve(kept));
        throw new TypeError('Failed to fetch');
      }
    };
    const storage = {
      readData: async () => ({}),
      writeData: async () => {},
      readMetadata: async () => [],
      writeMetadata: () => {},
      onOnline: (listener: () => void) => {
        goOnline = listener;
        setTimeout(() => resend(client, orderId).then(resolve));
      },
    };
    const client = createClient(url, {
      exchanges: [offlineExchange({ ...CACHE, ...options, storage }), fetchExchange],
      fetch: fetchAsChromium,
    });
  });
}

export const library: Library = {
  resend: (url, orderId) => {
    const client = createClient(url, {
      exchanges: [HASHES, fetchExchange], // needed for: later
    });
    return resend(client, orderId);
  },
  readStatus: async (url, id) => {
    const { data, error } = await createClient(url)
      .query(CertificateOrderDocument, { id })
      .toPromise();
    return data?.certificateOrder?.status ?? String(error);
  },
  features: {
    'offlineExchange with optimistic': {
      asItComes: (url, orderId) => resendOffline(url, orderId, { optimistic }),
      madeSafe: (url, orderId) => resendOffline(url, orderId, {}),
    },
  },
};
