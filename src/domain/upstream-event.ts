// What happens on the way to DigiCert, for its observers: metrics and the log.

export type BreakerState = 'closed' | 'open' | 'half-open';

/** Why a request was not made. */
export const REJECTION_REASONS = ['quota', 'concurrency', 'breaker'] as const;
export type RejectionReason = (typeof REJECTION_REASONS)[number];

export type UpstreamEvent =
  /** A request was made, with any outcome. */
  | {
      readonly kind: 'exchanged';
      readonly method: string;
      /** DigiCert's status, or why none came, e.g. `ECONNREFUSED`. */
      readonly result: { readonly status: number } | { readonly errorCode: string };
      readonly durationMs: number;
    }
  | { readonly kind: 'rejected'; readonly reason: RejectionReason }
  /** A request had to wait for room in the quota, or did not get any. */
  | { readonly kind: 'quota-waited'; readonly waitedMs: number }
  | { readonly kind: 'retrying'; readonly cause: RetryCause }
  | { readonly kind: 'breaker-changed'; readonly to: BreakerState };

export const RETRY_CAUSES = ['not-sent', 'too-many-requests'] as const;
export type RetryCause = (typeof RETRY_CAUSES)[number];

export type ReportUpstream = (event: UpstreamEvent) => void;
