import { type FormEvent, useState } from 'react';
import type { Domain } from '../order/order-details';
import { ApproverFields } from './approver-fields';
import { LanguageField } from './language-field';
import { Panel } from './panel';
import { findFaults, LOCALE_FIELD, type Recipient, readRecipients, readText } from './recipients';
import { ResultPanel } from './result-panel';
import { useCountdown } from './use-countdown';
import { mayHaveBeenSent, toWaitSeconds, useResend } from './use-resend';

interface Props {
  readonly orderId: string;
  readonly domains: readonly Domain[];
}

export function ResendForm({ orderId, domains }: Props) {
  const { attempt, resend, startOver } = useResend();
  const [recipients, setRecipients] = useState<readonly Recipient[]>([]);
  const [confirmed, setConfirmed] = useState(false);
  const secondsLeft = useCountdown(toWaitSeconds(attempt), attempt);

  const sending = attempt.kind === 'sending';
  const unconfirmed = mayHaveBeenSent(attempt) && !confirmed;
  const accepted =
    attempt.kind === 'answered' && attempt.result.__typename === 'ResendDvEmailsSuccess';
  const faults = attempt.kind === 'answered' ? findFaults(attempt.result, recipients) : new Map();

  function handleSubmit(event: FormEvent<HTMLFormElement>) {
    event.preventDefault();
    if (secondsLeft > 0 || unconfirmed) {
      return;
    }
    const form = new FormData(event.currentTarget);
    const chosen = readRecipients(form, domains);
    const locale = readText(form, LOCALE_FIELD);
    setRecipients(chosen);
    setConfirmed(false);
    void resend({
      orderId,
      input: {
        // Left out, not empty: DigiCert then mails the recipients that the order already has.
        ...(chosen.length > 0 && { domainApprovalEmails: chosen.map(({ entry }) => entry) }),
        ...(locale && { locale }),
      },
    });
  }

  return (
    <section aria-labelledby="resend-heading">
      <h2 id="resend-heading">Approval emails</h2>
      {attempt.kind === 'answered' && (
        <ResultPanel result={attempt.result} recipients={recipients} />
      )}
      {attempt.kind === 'failed' && (
        <Panel
          tone={attempt.failure.emailsMayHaveBeenSent ? 'warning' : 'error'}
          {...attempt.failure}
        />
      )}
      {/* Out of sight once it is accepted: no click that comes late may send another round. */}
      <form onSubmit={handleSubmit} hidden={accepted} noValidate>
        <ApproverFields domains={domains} faults={faults} />
        <LanguageField fault={faults.get(LOCALE_FIELD)} />
        {mayHaveBeenSent(attempt) && (
          <label className="choice">
            <input
              type="checkbox"
              checked={confirmed}
              onChange={(event) => setConfirmed(event.target.checked)}
            />
            I have looked for the emails and want to send them again
          </label>
        )}
        <button
          type="submit"
          className="primary"
          // Not `disabled`, which would take the focus away from who has just pressed it.
          aria-disabled={sending || secondsLeft > 0 || unconfirmed}
          aria-describedby="wait"
        >
          {sending ? 'Sending…' : 'Resend emails'}
        </button>
        {/* A timer is not read out at every tick. */}
        <p id="wait" className="hint" role="timer">
          {secondsLeft > 0 && `You can resend in ${secondsLeft} s.`}
        </p>
      </form>
      {accepted && (
        <button type="button" onClick={startOver}>
          Send another round
        </button>
      )}
    </section>
  );
}
