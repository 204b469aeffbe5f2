// The caller, as far as authorisation, limits and the audit trail need to know.

export interface Caller {
  /** Names the request in the log and in errors. */
  readonly correlationId: string;
  /** Who the access token speaks of; `undefined` where callers need no token. */
  readonly subject: string | undefined;
  /** IP address the request came from, behind the proxies that are trusted, in one form; `unknown` where there is none. */
  readonly address: string;
  /** What the caller may do. */
  readonly scopes: ReadonlySet<string>;
}

/** What there is to be allowed to do. */
export const SCOPE = {
  resendEmails: 'dv-emails:resend',
  readOrders: 'certificate-orders:read',
} as const;

export const ALL_SCOPES: ReadonlySet<string> = new Set(Object.values(SCOPE));
