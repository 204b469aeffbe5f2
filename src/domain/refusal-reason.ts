// Why a caller is refused for the credentials, for the log and the metrics: what exactly is wrong with a token would help only an attacker.
export const REFUSAL_REASONS = [
  'router-secret',
  'no-token',
  'malformed',
  'token-type',
  'id-token',
  'sender-constrained',
  'algorithm',
  'no-key-id',
  'unknown-key',
  'keys-unavailable',
  'signature',
  'issuer',
  // AUTH_ISSUER and the token's differ by a slash at the end alone.
  'issuer-slash',
  'audience',
  'expired',
  'not-yet-valid',
  'subject',
] as const;

export type RefusalReason = (typeof REFUSAL_REASONS)[number];
