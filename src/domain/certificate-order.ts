// What can be read of an order. DigiCert may leave out every part, and its sets of values are open.
import type { DigicertError, RateLimitScope, UpstreamEvidence, UpstreamFailure } from './outcome';

export interface CertificateOrder {
  /** e.g. `pending` */
  readonly status: string | undefined;
  /** e.g. `email` */
  readonly dcvMethod: string | undefined;
  readonly domains: readonly CertificateOrderDomain[] | undefined;
}

export interface CertificateOrderDomain {
  /** The name DigiCert validates, e.g. `example.com`. */
  readonly name: string | undefined;
  /** e.g. `approved` */
  readonly status: string | undefined;
  readonly method: string | undefined;
  /** The certificate's names that this validation covers. */
  readonly dnsNames: readonly string[];
}

/** What came of reading an order. */
export type OrderReadOutcome =
  | { readonly kind: 'found'; readonly order: CertificateOrder }
  | { readonly kind: 'not-found' }
  /** Not 1 to 20 digits; DigiCert was not asked. */
  | { readonly kind: 'invalid-id' }
  | { readonly kind: 'access-denied'; readonly digicertErrors: readonly DigicertError[] }
  | {
      readonly kind: 'rate-limited';
      readonly scope: RateLimitScope;
      readonly retryAfterSeconds: number;
    }
  | {
      readonly kind: 'upstream-failed';
      readonly reason: UpstreamFailure;
      readonly evidence: UpstreamEvidence;
    };
