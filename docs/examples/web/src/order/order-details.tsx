import type { CertificateOrderQuery } from 'dv-email-gateway/client';

export type Order = NonNullable<CertificateOrderQuery['certificateOrder']>;
export type Domain = NonNullable<Order['domains']>[number];

/** Statuses and methods are open sets, so they are shown as DigiCert writes them. */
export function OrderDetails({ order }: { readonly order: Order }) {
  return (
    <>
      <dl>
        <dt>Status</dt>
        <dd>{order.status ?? 'unknown'}</dd>
        <dt>Domain control by</dt>
        <dd>{order.dcvMethod ?? 'unknown'}</dd>
      </dl>
      <h3>Domains</h3>
      <ul>
        {order.domains?.map((domain, index) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: a name may be missing, and the list does not change
          <li key={index}>
            <strong>{domain.name ?? 'unnamed'}</strong>: {domain.status ?? 'unknown'}
            {domain.dnsNames.length > 0 && <>, covers {domain.dnsNames.join(', ')}</>}
          </li>
        ))}
      </ul>
    </>
  );
}
