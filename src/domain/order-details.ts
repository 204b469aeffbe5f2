// What can be read of an order. DigiCert may leave out every part, and its sets of values are open.
import type { ResendOutcome, UpstreamDiagnostics, UpstreamFailure } from './outcome';

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

/** The outcome of reading an order. */
export type OrderReadOutcome =
  | { readonly kind: 'found'; readonly order: OrderDetails }
  | { readonly kind: 'not-found' }
  /** Not 1 to 20 digits; DigiCert was not asked. */
  | { readonly kind: 'invalid-id' }
  | Extract<ResendOutcome, { readonly kind: 'access-denied' | 'rate-limited' }>
  | {
      readonly kind: 'upstream-failed';
      readonly reason: UpstreamFailure;
      readonly diagnostics: UpstreamDiagnostics;
    };
