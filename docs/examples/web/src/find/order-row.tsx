import type { CertificateOrdersQuery } from 'dv-email-gateway-client';
import { LastResend } from '../order/last-resend';
import { toStatusWords } from '../order/status';
import { toLink } from '../use-url';
import { toAge } from './age';

export type Row = NonNullable<CertificateOrdersQuery['certificateOrders']>['edges'][number]['node'];

/** Other names that are shown, of up to 250. */
const MAX_NAMES = 4;

interface Props {
  readonly order: Row;
  readonly search: string | undefined;
}

/** What distinguishes an order from others. How it proves domain control is read once it is opened. */
export function OrderRow({ order, search }: Props) {
  const names = order.dnsNames?.filter((name) => name !== order.commonName) ?? [];
  const more = names.length - MAX_NAMES;
  const { id, commonName } = order;
  const { href, onClick } = toLink({ search, order: id });
  return (
    <li className="order">
      {/* Many orders have one name: a list of links alone would not say which is which. */}
      <a
        href={href}
        onClick={onClick}
        aria-label={commonName ? `${commonName}, order ${id}` : undefined}
      >
        {commonName ?? `Order ${id}`}
      </a>{' '}
      <span className="status">{toStatusWords(order.status)}</span>
      {names.length > 0 && (
        <p className="hint">
          also {names.slice(0, MAX_NAMES).join(', ')}
          {more > 0 && ` and ${more} more`}
        </p>
      )}
      <p className="hint">
        Order {order.id}
        {order.productName && `, ${order.productName}`}
        {order.orderedAt && (
          <>
            , ordered <time dateTime={order.orderedAt}>{toAge(order.orderedAt)}</time>
          </>
        )}
      </p>
      {order.lastResend && <LastResend resend={order.lastResend} />}
    </li>
  );
}
