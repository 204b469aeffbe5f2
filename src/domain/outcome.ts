// The outcome of one request to resend approval emails: the product's vocabulary, free of GraphQL and HTTP.
import type { ResendAttempt } from './resend-attempt';

/** One entry of the recipients list, exactly as it is sent to DigiCert; absent keys are left out. */
export interface Recipient {
  readonly domain?: string;
  readonly email?: string;
  readonly emailDomain?: string;
}

/** One fault in what the caller sent. `path` leads to it, e.g. `["input", "locale"]`. */
export interface InputIssue {
  readonly path: readonly string[];
  readonly message: string;
}

/** One entry of DigiCert's `errors`, raw. Both parts are seen missing in the wild. */
export interface DigicertError {
  readonly code: string | undefined;
  readonly message: string | undefined;
}

/** Diagnostics for operators. Logged, never handed to a caller. */
export interface UpstreamDiagnostics {
  readonly status?: number;
  readonly errorCode?: string;
  readonly digicertErrors?: readonly DigicertError[];
  /** Requests made for the one call. More than one only where the ones before it provably did nothing. */
  readonly attempts?: number;
}

export const NOT_ELIGIBLE_REASONS = [
  'ORDER_NOT_PENDING',
  'ORDER_NOT_READY',
  'DCV_METHOD_NOT_EMAIL',
  'NOT_A_DV_ORDER',
] as const;
export type NotEligibleReason = (typeof NOT_ELIGIBLE_REASONS)[number];

export const RATE_LIMIT_SCOPES = ['DIGICERT', 'COOLDOWN', 'CALLER'] as const;
export type RateLimitScope = (typeof RATE_LIMIT_SCOPES)[number];

export const UPSTREAM_FAILURES = [
  'CREDENTIALS_REJECTED',
  'MISCONFIGURED',
  'UNREACHABLE',
  'UNAVAILABLE',
  'OUTCOME_UNKNOWN',
  'UNEXPECTED_RESPONSE',
] as const;
export type UpstreamFailure = (typeof UPSTREAM_FAILURES)[number];

/** The outcome, with diagnostics of the response of DigiCert for an operator, if there was one. */
export type ResendOutcome = OutcomeKind & { readonly diagnostics?: UpstreamDiagnostics };

type OutcomeKind =
  | {
      readonly kind: 'accepted';
      readonly orderId: string;
      readonly acceptedAt: Date;
      readonly domainApprovalEmails: readonly Recipient[];
      readonly locale: string | undefined;
    }
  | {
      readonly kind: 'invalid-input';
      readonly issues: readonly InputIssue[];
      /** More than are listed, where they are many. */
      readonly issueCount: number;
      readonly digicertErrors: readonly DigicertError[];
      /** Of a refusal of DigiCert's: see `emailDomainAdded` of the request. */
      readonly emailDomainAdded: boolean;
    }
  | { readonly kind: 'order-not-found'; readonly orderId: string }
  | {
      readonly kind: 'order-not-eligible';
      readonly reason: NotEligibleReason;
      readonly orderStatus: string | undefined;
      readonly dcvMethod: string | undefined;
      readonly digicertErrors: readonly DigicertError[];
    }
  | {
      readonly kind: 'access-denied';
      /** DigiCert says that the API key lacks a permission; if for all orders, every caller fails. */
      readonly permissionMissing: boolean;
      readonly digicertErrors: readonly DigicertError[];
      readonly emailDomainAdded: boolean;
    }
  | {
      readonly kind: 'rate-limited';
      readonly scope: RateLimitScope;
      readonly retryAfterSeconds: number;
      /** COOLDOWN: the attempt that is the cause, as far as it is known. */
      readonly lastResend?: ResendAttempt;
    }
  | {
      readonly kind: 'upstream-failed';
      readonly reason: UpstreamFailure;
      readonly emailsMayHaveBeenSent: boolean;
      /** As DigiCert's Retry-After says beside a server error. */
      readonly unavailableForSeconds?: number;
      readonly diagnostics: UpstreamDiagnostics;
    };

/** Every outcome but the accepted one. */
export type FailedOutcome = Exclude<ResendOutcome, { kind: 'accepted' }>;

/** Whether the very same call may succeed later, without any change. */
export function isRetryable(outcome: FailedOutcome): boolean {
  return (
    outcome.kind === 'rate-limited' ||
    (outcome.kind === 'upstream-failed' &&
      (outcome.reason === 'UNREACHABLE' || outcome.reason === 'UNAVAILABLE'))
  );
}

/** Whether emails were sent, or it is unknown that they were not. */
export function emailsMayHaveBeenSent(outcome: ResendOutcome): boolean {
  return (
    outcome.kind === 'accepted' ||
    (outcome.kind === 'upstream-failed' && outcome.emailsMayHaveBeenSent)
  );
}
