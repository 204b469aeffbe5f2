import { useMutation } from '@apollo/client/react';
import {
  ResendDvEmailsDocument,
  type ResendDvEmailsMutationVariables,
  type ResendDvEmailsResult,
} from 'dv-email-gateway/client';
import { useRef, useState } from 'react';
import { type Failure, toFailure } from './failure';

export type Attempt =
  | { readonly kind: 'none' }
  | { readonly kind: 'sending' }
  | { readonly kind: 'answered'; readonly result: ResendDvEmailsResult }
  | { readonly kind: 'failed'; readonly failure: Failure };

export function useResend() {
  // Past the cache, which would drop the fields of a member that `possibleTypes` does not know yet.
  const [mutate] = useMutation(ResendDvEmailsDocument, { fetchPolicy: 'no-cache' });
  const [attempt, setAttempt] = useState<Attempt>({ kind: 'none' });
  // A ref, not the state: both clicks of a double click may come before the state is rendered.
  const inFlight = useRef(false);

  async function resend(variables: ResendDvEmailsMutationVariables): Promise<void> {
    if (inFlight.current) {
      return;
    }
    inFlight.current = true;
    setAttempt({ kind: 'sending' });
    setAttempt(await send(variables));
    inFlight.current = false;
  }

  async function send(variables: ResendDvEmailsMutationVariables): Promise<Attempt> {
    try {
      const { data } = await mutate({ variables });
      const result = data?.resendDvEmails;
      return result ? { kind: 'answered', result } : { kind: 'failed', failure: toFailure(null) };
    } catch (error) {
      return { kind: 'failed', failure: toFailure(error) };
    }
  }

  return { attempt, resend, startOver: () => setAttempt({ kind: 'none' }) };
}

/** Seconds for which a second try makes no sense. */
export function toWaitSeconds(attempt: Attempt): number {
  return attempt.kind === 'answered' &&
    attempt.result.__typename === 'ResendDvEmailsRateLimitedError'
    ? attempt.result.retryAfterSeconds
    : 0;
}

/** Whether a second try may mail people twice. */
export function mayHaveBeenSent(attempt: Attempt): boolean {
  return attempt.kind === 'failed'
    ? attempt.failure.emailsMayHaveBeenSent
    : attempt.kind === 'answered' &&
        attempt.result.__typename === 'ResendDvEmailsUpstreamError' &&
        attempt.result.emailsMayHaveBeenSent;
}
