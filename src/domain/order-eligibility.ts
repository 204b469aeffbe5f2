// Why DigiCert refuses an order's resend: what the order itself says, read after the refusal.
import type { NotEligibleReason } from './outcome';

/** What is known of an order. Every part may be missing upstream; the sets of values are open. */
export interface OrderInfo {
  readonly status: string | undefined;
  readonly dcvMethod: string | undefined;
  /** e.g. `ssl_dv_geotrust` */
  readonly productNameId: string | undefined;
  /** e.g. `dv` */
  readonly productValidationType: string | undefined;
}

/**
 * `reissue_pending` waits for validation just as `pending` does (it is a value of the status filter
 * of DigiCert's order list), so a refusal there has another cause.
 */
const PENDING_STATUSES = new Set(['pending', 'reissue_pending']);

/** The reason the order gives, or `undefined` when it is a pending DV order with email DCV, or silent. */
export function findIneligibility(order: OrderInfo): NotEligibleReason | undefined {
  if (isDvOrder(order) === false) {
    return 'NOT_A_DV_ORDER';
  }
  if (order.status !== undefined && !PENDING_STATUSES.has(order.status)) {
    return 'ORDER_NOT_PENDING';
  }
  if (order.dcvMethod !== undefined && order.dcvMethod !== 'email') {
    return 'DCV_METHOD_NOT_EMAIL';
  }
  return undefined;
}

/** DV products carry `_dv_` in their name id; `validation_type` is less well attested, so either will do. */
function isDvOrder({ productNameId, productValidationType }: OrderInfo): boolean | undefined {
  if (productNameId === undefined && productValidationType === undefined) {
    return undefined;
  }
  return productValidationType === 'dv' || /(?:^|_)dv(?:_|$)/.test(productNameId ?? '');
}
