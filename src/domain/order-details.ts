// What can be read of an order. DigiCert may leave out every part, and its sets of values are open.
import type { DigicertError, ResendOutcome } from './outcome';

export interface OrderDetails {
  /** e.g. `pending` */
  readonly status: string | undefined;
  /** e.g. `email` */
  readonly dcvMethod: string | undefined;
  readonly domains: readonly OrderDomain[] | undefined;
}

export interface OrderDomain {
  /** The name DigiCert validates, e.g. `example.com`. */
  readonly name: string | undefined;
  /** e.g. `approved` */
  readonly status: string | undefined;
  readonly method: string | undefined;
  /** The certificate's names that this validation covers. */
  readonly dnsNames: readonly string[];
}

/** What a row of the list of orders has, and an order's info. */
export interface OrderSummary {
  readonly status: string | undefined;
  readonly commonName: string | undefined;
  /** On the certificate, the common name first. */
  readonly dnsNames: readonly string[];
  /** e.g. `GeoTrust DV SSL` */
  readonly productName: string | undefined;
  readonly orderedAt: Date | undefined;
}

/** An order's info, which says more than a row. Every part may be missing upstream; the sets of values are open. */
export interface OrderInfo extends OrderSummary {
  readonly dcvMethod: string | undefined;
  /** e.g. `ssl_dv_geotrust` */
  readonly productNameId: string | undefined;
  /** e.g. `DV` */
  readonly productValidationType: string | undefined;
}

/** One page of the account's orders. */
export interface OrderList {
  readonly rows: readonly (OrderSummary & { readonly id: string })[];
  /** Of all pages, where DigiCert says so. */
  readonly total: number | undefined;
}

/** The outcome of reading an order, or of what else is read. */
export type ReadOutcome<Value> =
  | { readonly kind: 'found'; readonly value: Value }
  | { readonly kind: 'not-found' }
  /** Not 1 to 20 digits; DigiCert was not asked. */
  | { readonly kind: 'invalid-id' }
  /** DigiCert's 400 or 422, as to a filter that it does not take. */
  | { readonly kind: 'refused'; readonly digicertErrors: readonly DigicertError[] }
  /** More than is read of one response. */
  | { readonly kind: 'too-long' }
  | Extract<ResendOutcome, { readonly kind: 'access-denied' | 'rate-limited' }>
  | Omit<Extract<ResendOutcome, { readonly kind: 'upstream-failed' }>, 'emailsMayHaveBeenSent'>;
