// Limits are on where a test is about them. (Where the clock stands still, what is counted would stay.)
export const NO_LIMITS = {
  DIGICERT_QUOTA: 'off',
  DIGICERT_BREAKER_SECONDS: '0',
  RESEND_COOLDOWN_SECONDS: '0',
  CALLER_QUOTA: 'off',
} as const;
