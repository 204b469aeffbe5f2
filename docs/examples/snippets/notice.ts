import type { ResendDvEmailsMutation } from 'dv-email-gateway-client';

type Result = NonNullable<ResendDvEmailsMutation['resendDvEmails']>;

export interface Notice {
  readonly tone: 'success' | 'warning' | 'error';
  readonly text: string;
  /** To be shown beside the fields, by path: `input.domainApprovalEmails.0.email`. */
  readonly faults?: Readonly<Record<string, string>>;
  /** For how long the button stays disabled. */
  readonly waitSeconds?: number;
  /** Emails may have been sent: ask before a second try. */
  readonly ask?: true;
}

const ASK = { ask: true } as const;

export function toNotice(result: Result): Notice {
  switch (result.__typename) {
    case 'ResendDvEmailsSuccess':
      return { tone: 'success', text: 'Requested. Look for the emails, spam folder included.' };
    case 'ResendDvEmailsInvalidInputError': {
      const faults = result.issues.map(({ path, message }) => [path.join('.'), message]);
      return { tone: 'error', text: result.message, faults: Object.fromEntries(faults) };
    }
    case 'ResendDvEmailsRateLimitedError': {
      const { message: text, retryAfterSeconds: waitSeconds, lastResend } = result;
      // This call sent nothing; the one before it may have.
      return { tone: 'warning', text, waitSeconds, ...(lastResend?.emailsMayHaveBeenSent && ASK) };
    }
    case 'ResendDvEmailsUpstreamError': {
      const tone = result.emailsMayHaveBeenSent ? 'warning' : 'error';
      return { tone, text: result.message, ...(result.emailsMayHaveBeenSent && ASK) };
    }
    case 'ResendDvEmailsOrderNotFoundError':
    case 'ResendDvEmailsOrderNotEligibleError':
    case 'ResendDvEmailsAccessDeniedError':
      return { tone: 'error', text: result.message };
    default: {
      // A member added later: an error here once the types know it; at run time, its message until then.
      const { message }: { message: string } = result satisfies never;
      return { tone: 'error', text: message };
    }
  }
}

/** When there is no result, by the code of the first top-level error, if there was a response at all. */
export function toFailureNotice(code: unknown): Notice {
  switch (code) {
    case 'UNAUTHENTICATED':
      return { tone: 'error', text: 'Please sign in again; nothing was sent.' };
    case 'FORBIDDEN':
      return { tone: 'error', text: 'You may not resend emails; nothing was sent.' };
    case 'SERVICE_UNAVAILABLE':
      return { tone: 'error', text: 'Not at the moment. Please try again; nothing was sent.' };
    case 'GRAPHQL_PARSE_FAILED':
    case 'GRAPHQL_VALIDATION_FAILED':
    case 'BAD_USER_INPUT':
    case 'OPERATION_RESOLUTION_FAILURE':
    case 'QUERY_NOT_IN_SAFELIST':
    case 'PERSISTED_QUERY_NOT_FOUND':
    case 'BAD_REQUEST':
    case 'NOT_FOUND':
    case 'METHOD_NOT_ALLOWED':
    case 'NOT_ACCEPTABLE':
    case 'PAYLOAD_TOO_LARGE':
    case 'UNSUPPORTED_MEDIA_TYPE':
    case 'EXPECTATION_FAILED':
    case 'MISDIRECTED_REQUEST':
    case 'REQUEST_HEADER_FIELDS_TOO_LARGE':
      return { tone: 'error', text: 'This page does not fit the gateway; nothing was sent.' };
    default:
      return {
        tone: 'warning',
        text: 'No response. The emails may have been sent: look for them before you try again.',
        ...ASK,
      };
  }
}
