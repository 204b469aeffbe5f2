// What another server in the gateway's place might answer, and what every example client shows of it.

/** What a terminal obeys or hides, among letters and an emoji that it is to show. */
export const HOSTILE =
  '\u001b[2Jü\r\n\u0007\u{1f600}\u007f\u009b1A\u202e\u00a0\u2028\u200b\u{e0001} "\\n"';
export const ESCAPED =
  '\\u001b[2Jü\\u000d\\u000a\\u0007\u{1f600}\\u007f\\u009b1A\\u202e\\u00a0\\u2028\\u200b\\ue0001 "\\n"';
const HOSTILE_ERROR = { message: HOSTILE, retryable: false, correlationId: HOSTILE };
const ESCAPED_ERROR = [ESCAPED, `  Correlation id: ${ESCAPED}`];

/** A member of the union, and the lines that are shown of it. */
export const HOSTILE_MEMBERS: readonly (readonly [string, object, readonly string[]])[] = [
  [
    'success',
    {
      __typename: 'ResendDvEmailsSuccess',
      acceptedAt: HOSTILE,
      domainApprovalEmails: [{ domain: HOSTILE, email: HOSTILE }],
    },
    [
      `DigiCert accepted the request at ${ESCAPED}. Accepted is not delivered.`,
      `  ${ESCAPED}: ${ESCAPED}`,
    ],
  ],
  [
    'refused input',
    {
      ...HOSTILE_ERROR,
      __typename: 'ResendDvEmailsInvalidInputError',
      issues: [{ path: ['input', HOSTILE], message: HOSTILE }],
      digicertErrors: [{ code: HOSTILE, message: HOSTILE }],
    },
    [...ESCAPED_ERROR, `  input.${ESCAPED}: ${ESCAPED}`, `  DigiCert: ${ESCAPED}: ${ESCAPED}`],
  ],
  [
    'a limit',
    {
      ...HOSTILE_ERROR,
      __typename: 'ResendDvEmailsRateLimitedError',
      scope: HOSTILE,
      retryAfterSeconds: 5,
    },
    [...ESCAPED_ERROR, `  Try again in 5 s (scope ${ESCAPED}).`],
  ],
  [
    'a cool-down',
    {
      ...HOSTILE_ERROR,
      __typename: 'ResendDvEmailsRateLimitedError',
      scope: 'COOLDOWN',
      retryAfterSeconds: 5,
      lastResend: { attemptedAt: HOSTILE, outcome: HOSTILE, correlationId: HOSTILE },
    },
    [
      ...ESCAPED_ERROR,
      '  Try again in 5 s (scope COOLDOWN).',
      `  Attempt of ${ESCAPED}: ${ESCAPED} (${ESCAPED})`,
    ],
  ],
  [
    'a failure',
    {
      ...HOSTILE_ERROR,
      __typename: 'ResendDvEmailsUpstreamError',
      reason: HOSTILE,
      emailsMayHaveBeenSent: false,
    },
    [...ESCAPED_ERROR, `  Reason: ${ESCAPED}`],
  ],
];

/** A member whose issues are no list. */
export const MISSHAPEN = {
  ...HOSTILE_ERROR,
  __typename: 'ResendDvEmailsInvalidInputError',
  issues: '\u202eissues',
};
