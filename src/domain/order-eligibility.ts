// Why DigiCert refuses an order's resend: what the order itself says, read after the refusal. Only what is known
// makes a reason; words that are not known, and parts that are missing, make none.
import type { OrderInfo } from './order-details';
import type { NotEligibleReason } from './outcome';

/** Nothing is left to approve, or nothing ever will be. `canceled` is DigiCert's spelling. */
const ENDED_STATUSES = new Set([
  'issued',
  'rejected',
  'revoked',
  'canceled',
  'cancelled',
  'expired',
  'waiting_pickup',
]);

/** Someone in the account has to act before DigiCert sends the first approval email. */
const UNREADY_STATUSES = new Set(['needs_approval', 'needs_csr']);

/** OV and EV products, as DigiCert documents them. */
const NOT_DV_PRODUCT =
  /^ssl_(?:basic|plus|multi_domain|wildcard|ev_plus|ev_multi_domain|securesite\w*)$/;

/** The reason the order gives: its status first, then its DCV method, then its product. */
export function findIneligibility(order: OrderInfo): NotEligibleReason | undefined {
  const status = order.status?.toLowerCase() ?? '';
  const method = order.dcvMethod?.toLowerCase() ?? 'email';
  if (ENDED_STATUSES.has(status)) {
    return 'ORDER_NOT_PENDING';
  }
  if (UNREADY_STATUSES.has(status)) {
    return 'ORDER_NOT_READY';
  }
  if (method !== 'email') {
    return 'DCV_METHOD_NOT_EMAIL';
  }
  return isKnownNotToBeDv(order) ? 'NOT_A_DV_ORDER' : undefined;
}

/** `validation_type` says it best, and is not there for all products. */
function isKnownNotToBeDv({ productNameId = '', productValidationType }: OrderInfo): boolean {
  const type = productValidationType?.toLowerCase();
  return type === 'ov' || type === 'ev' || (type !== 'dv' && NOT_DV_PRODUCT.test(productNameId));
}
