import { type FormEvent, useRef, useState } from 'react';
import { LastResend, type Resend } from '../order/last-resend';
import type { Domain } from '../order/order-details';
import { ApproverFields } from './approver-fields';
import { AttemptPanel } from './attempt-panel';
import { LanguageField } from './language-field';
import { LostResponse } from './lost-response';
import { findFaults, LOCALE_FIELD, type Recipient, readRecipients, readText } from './recipients';
import { SubmitButton } from './submit-button';
import { useApprovers } from './use-approvers';
import { isAccepted, toNextTryMs, useResend } from './use-resend';
import { useSecondsUntil } from './use-seconds-until';

interface Props {
  readonly orderId: string;
  readonly domains: readonly Domain[];
  readonly lastResend: Resend | null | undefined;
  /** Why there is no button. */
  readonly obstacle: string | undefined;
  /** Reads the order again. */
  readonly onRead: () => void;
}

/** What was entered for the last attempt. */
interface Sent {
  readonly recipients: readonly Recipient[];
  readonly isEmpty: boolean;
}

export function ResendForm({ orderId, domains, lastResend, obstacle, onRead }: Props) {
  const { attempt, doubt, doubtful, requestId, resend, startOver } = useResend(orderId, lastResend);
  const [{ recipients, isEmpty }, setSent] = useState<Sent>({ recipients: [], isEmpty: true });
  const [confirmed, setConfirmed] = useState(false);
  const headingRef = useRef<HTMLHeadingElement>(null);
  const secondsLeft = useSecondsUntil(toNextTryMs(attempt));

  const sending = attempt.kind === 'sending';
  const unconfirmed = doubtful && !confirmed;
  const blocked = sending || secondsLeft > 0 || unconfirmed;
  const { approvers, lookUps } = useApprovers(orderId, domains, obstacle === undefined);
  const faults = findFaults(attempt, recipients);
  const accepted = isAccepted(attempt);
  const lost = attempt.kind === 'failed' && attempt.failure.emailsMayHaveBeenSent;

  function handleSubmit(event: FormEvent<HTMLFormElement>) {
    event.preventDefault();
    if (blocked) {
      return;
    }
    const form = new FormData(event.currentTarget);
    const chosen = readRecipients(form, domains, approvers);
    const locale = readText(form, LOCALE_FIELD);
    setSent({ recipients: chosen, isEmpty: chosen.length === 0 && !locale });
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

  function handleAnotherRound() {
    startOver();
    // The button that has the focus is about to go.
    headingRef.current?.focus();
  }

  return (
    <section aria-label="Approval emails">
      <h2 ref={headingRef} tabIndex={-1}>
        Approval emails
      </h2>
      <AttemptPanel {...{ attempt, recipients, isEmpty, secondsLeft }} />
      {lost && requestId && <LostResponse orderId={orderId} requestId={requestId} />}
      {/* What was read before this page's own attempt is out of date. */}
      {lastResend && !requestId && <LastResend resend={lastResend} />}
      {doubt && !requestId && (
        <p className="hint">An attempt from this tab may have sent emails: look for them.</p>
      )}
      {obstacle && (
        <>
          <p>{obstacle}</p>
          <button type="button" onClick={onRead}>
            Read again
          </button>
        </>
      )}
      {accepted && !obstacle && (
        <button type="button" onClick={handleAnotherRound}>
          Send again
        </button>
      )}
      {/* Out of sight once it is accepted: no click that comes late may send more emails. */}
      <form onSubmit={handleSubmit} hidden={accepted || obstacle !== undefined} noValidate>
        <ApproverFields domains={domains} approvers={approvers} lookUps={lookUps} faults={faults} />
        <LanguageField fault={faults.get(LOCALE_FIELD)} />
        {doubtful && !sending && (
          <label className="choice">
            <input
              type="checkbox"
              checked={confirmed}
              onChange={(event) => setConfirmed(event.target.checked)}
            />
            I have looked for the emails and want to send them again
          </label>
        )}
        <SubmitButton blocked={blocked} sending={sending} secondsLeft={secondsLeft} />
      </form>
    </section>
  );
}
