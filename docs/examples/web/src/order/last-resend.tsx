import type { CertificateOrderResendOutcome } from 'dv-email-gateway-client';
import { isOwnRequestId } from '../own-request-ids';
import type { Order } from './order-details';

export type Resend = NonNullable<Order['lastResend']>;

const OUTCOMES: Record<CertificateOrderResendOutcome, string> = {
  IN_PROGRESS: 'DigiCert has not responded yet.',
  ACCEPTED: 'DigiCert accepted it, which is not “delivered”: look for the emails.',
  NOT_SENT: 'Nothing was sent.',
  UNKNOWN: 'It may have sent emails: look for them.',
};

/** How long accepted emails may take to be seen, and the next round not be wanted yet. */
const SETTLED_MS = 3_600_000;

/** Whether another attempt may mail people twice; a reload forgets what this page has sent, the gateway does not. */
export function mayRepeat(resend: Resend | null | undefined): boolean {
  if (!resend?.emailsMayHaveBeenSent) {
    return false;
  }
  const ageMs = Date.now() - Date.parse(resend.attemptedAt);
  return resend.outcome !== 'ACCEPTED' || ageMs < SETTLED_MS;
}

export function describeOutcome({ outcome }: Resend): string {
  // An outcome that is newer than this page is as good as unknown.
  return OUTCOMES[outcome] ?? OUTCOMES.UNKNOWN;
}

/** When the last attempt was made, for which domains, whether by this tab, and its outcome. */
export function LastResend({ resend }: { readonly resend: Resend }) {
  const { attemptedAt, domains, correlationId } = resend;
  return (
    <p className="hint">
      Last attempt: <time dateTime={attemptedAt}>{new Date(attemptedAt).toLocaleString()}</time>
      {correlationId && (isOwnRequestId(correlationId) ? ', by you' : ', not from this tab')}, for{' '}
      {domains.length > 0 ? domains.join(', ') : 'the recipients that the order has'}.{' '}
      {describeOutcome(resend)}
    </p>
  );
}
