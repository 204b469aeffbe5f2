import {
  CertificateOrdersDocument,
  type CertificateOrdersFilter,
  type CertificateOrdersQuery,
} from 'dv-email-gateway-client';
import { ClientError, request } from 'graphql-request';

type Edges = NonNullable<CertificateOrdersQuery['certificateOrders']>['edges'];

/** For one search box: by part of a common name, and by the whole of any name on the certificate. */
export async function findOrders(url: string, text: string) {
  const pages = await Promise.all([
    list(url, { search: text }),
    list(url, { domainName: text }).catch(toNoneIfRefused),
  ]);
  // An order that both find is shown once.
  return [...new Map(pages.flat().map(({ node }) => [node.id, node])).values()];
}

async function list(url: string, filter: CertificateOrdersFilter): Promise<Edges> {
  const { certificateOrders } = await request(url, CertificateOrdersDocument, { filter });
  return certificateOrders?.edges ?? [];
}

/** Part of a name is mostly no domain name: the gateway refuses it, and does not call DigiCert for it. */
function toNoneIfRefused(error: unknown): Edges {
  const errors = error instanceof ClientError ? error.response.errors : undefined;
  if (errors?.[0]?.extensions.code === 'BAD_USER_INPUT') {
    return [];
  }
  throw error;
}
