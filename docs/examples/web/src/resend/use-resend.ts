import { useMutation } from '@apollo/client/react';
import {
  ResendDvEmailsDocument,
  type ResendDvEmailsMutationVariables,
  type ResendDvEmailsResult,
} from 'dv-email-gateway-client';
import { useRef, useState } from 'react';
import { type Doubt, keepDoubt, readDoubt } from '../doubts';
import { mayRepeat, type Resend } from '../order/last-resend';
import { createRequestId, isOwnRequestId } from '../own-request-ids';
import { type Failure, toFailure } from './failure';

export type Attempt =
  | { readonly kind: 'none' }
  | { readonly kind: 'sending' }
  | { readonly kind: 'answered'; readonly result: ResendDvEmailsResult; readonly atMs: number }
  | { readonly kind: 'failed'; readonly failure: Failure };

/** Longer than the gateway's own `DIGICERT_TIMEOUT_MS` (10 s), so that it can still say what happened. */
const TIMEOUT_MS = 15_000;

/** `lastResend`: of the order as it was read last. */
export function useResend(orderId: string, lastResend: Resend | null | undefined) {
  const [mutate] = useMutation(ResendDvEmailsDocument, {
    // Past the cache, which would drop the fields of a member that `possibleTypes` does not know yet.
    fetchPolicy: 'no-cache',
    // The outcome of the emails counts, even if another part of the response is broken.
    errorPolicy: 'all',
  });
  const [attempt, setAttempt] = useState<Attempt>({ kind: 'none' });
  // A ref, not the state: both clicks of a double click may come before the state is rendered.
  const inFlight = useRef(false);
  const [kept, setKept] = useState(() => readDoubt(orderId));
  const [accepted, setAccepted] = useState(false);
  const [requestId, setRequestId] = useState<string>();

  const readMayRepeat = mayRepeat(lastResend);
  // The gateway may have learnt what became of the attempt.
  const doubt = isAbout(kept, lastResend) && !readMayRepeat ? undefined : kept;
  // An accepted attempt of one's own is no reason to ask: its button is not for a second try, but for more emails.
  const isOwn = accepted && isOwnRequestId(lastResend?.correlationId ?? '');
  const doubtful = doubt !== undefined || (readMayRepeat && !isOwn);

  async function resend(variables: ResendDvEmailsMutationVariables): Promise<void> {
    if (inFlight.current) {
      return;
    }
    inFlight.current = true;
    setAttempt({ kind: 'sending' });
    const id = createRequestId();
    setRequestId(id);
    // Also the page may be reloaded before there is a response.
    keepDoubt(orderId, id);
    const ended = await send(variables, id);
    inFlight.current = false;
    setAttempt(ended);
    // A refusal of a later try says nothing about the one before.
    const after = isAccepted(ended) ? undefined : (toDoubt(ended, id) ?? doubt);
    keepDoubt(orderId, after);
    setKept(after);
    setAccepted((before) => before || isAccepted(ended));
  }

  async function send(variables: ResendDvEmailsMutationVariables, id: string): Promise<Attempt> {
    try {
      const context = {
        // Where the response is lost, the order's lastResend has this id if the attempt was made.
        headers: { 'x-request-id': id },
        fetchOptions: { signal: AbortSignal.timeout(TIMEOUT_MS) },
      };
      const { data, error } = await mutate({ variables, context });
      const result = data?.resendDvEmails;
      return result
        ? { kind: 'answered', result, atMs: Date.now() }
        : { kind: 'failed', failure: toFailure(error, id) };
    } catch (error) {
      return { kind: 'failed', failure: toFailure(error, id) };
    }
  }

  const startOver = () => setAttempt({ kind: 'none' });
  return { attempt, doubt, doubtful, requestId, resend, startOver };
}

/** When a second try makes sense; 0: at any time. */
export function toNextTryMs(attempt: Attempt): number {
  return attempt.kind === 'answered' &&
    attempt.result.__typename === 'ResendDvEmailsRateLimitedError'
    ? attempt.atMs + attempt.result.retryAfterSeconds * 1000
    : 0;
}

export function isAccepted(attempt: Attempt): boolean {
  return attempt.kind === 'answered' && attempt.result.__typename === 'ResendDvEmailsSuccess';
}

function isAbout(doubt: Doubt | undefined, resend: Resend | null | undefined): boolean {
  return resend != null && (doubt === resend.correlationId || doubt === resend.attemptedAt);
}

/** The attempt that a second try may repeat; behind a limit it is the one before. */
function toDoubt(attempt: Attempt, requestId: string): Doubt | undefined {
  if (attempt.kind === 'answered') {
    const { result } = attempt;
    if (result.__typename === 'ResendDvEmailsRateLimitedError') {
      return mayRepeat(result.lastResend) ? result.lastResend?.attemptedAt : undefined;
    }
    const isUnknown =
      result.__typename === 'ResendDvEmailsUpstreamError' && result.emailsMayHaveBeenSent;
    return isUnknown ? requestId : undefined;
  }
  return attempt.kind === 'failed' && attempt.failure.emailsMayHaveBeenSent ? requestId : undefined;
}
