import type { CertificateOrderQuery } from 'dv-email-gateway-client';
import { toStatusWords } from './status';

export type Order = NonNullable<CertificateOrderQuery['certificateOrder']>;
export type Domain = NonNullable<Order['domains']>[number];

/** Methods are an open set, so they are shown as DigiCert writes them. */
export function OrderDetails({ order }: { readonly order: Order }) {
  return (
    <>
      <dl>
        <dt>Common name</dt>
        <dd>{order.commonName ?? 'unknown'}</dd>
        <dt>Status</dt>
        <dd>{toStatusWords(order.status)}</dd>
        <dt>Domain control by</dt>
        <dd>{order.dcvMethod ?? 'unknown'}</dd>
        {order.productName && (
          <>
            <dt>Product</dt>
            <dd>{order.productName}</dd>
          </>
        )}
        {order.orderedAt && (
          <>
            <dt>Ordered</dt>
            <dd>
              <time dateTime={order.orderedAt}>{new Date(order.orderedAt).toLocaleString()}</time>
            </dd>
          </>
        )}
      </dl>
      <h3>Domains</h3>
      {/* Read out when it changes: a pending order is read again by itself. */}
      {order.domains && (
        <p className="hint" role="status">
          {countApproved(order.domains)}
        </p>
      )}
      <ul>
        {order.domains?.map((domain, index) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: a name may be missing, and the list does not change
          <li key={index}>
            <strong>{domain.name ?? 'unnamed'}</strong>: {toStatusWords(domain.status)}
            {domain.dnsNames.length > 0 && <>, covers {domain.dnsNames.join(', ')}</>}
          </li>
        ))}
      </ul>
    </>
  );
}

function countApproved(domains: readonly Domain[]): string {
  if (domains.length > 0 && domains.every(({ status }) => status === null)) {
    return 'Not known which are approved';
  }
  return `${domains.filter(({ status }) => status === 'approved').length} of ${domains.length} approved`;
}
