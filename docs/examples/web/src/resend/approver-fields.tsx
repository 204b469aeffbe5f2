import type { Domain } from '../order/order-details';
import { type Approver, describeApprover, explainUnavailable, isUnreachable } from './approvers';
import { approverField, otherField } from './recipients';
import { TextField } from './text-field';
import type { Approvers } from './use-approvers';

interface Props extends Approvers {
  readonly domains: readonly Domain[];
  /** What is wrong with a field, by its name. */
  readonly faults: ReadonlyMap<string, string>;
}

export function ApproverFields({ domains, approvers, lookUps, faults }: Props) {
  return (
    <>
      <p className="hint">
        {domains.length > 0
          ? 'Each address you choose gets one email. Choose none to mail the recipients that the order already has.'
          : 'DigiCert mails the recipients that the order already has.'}{' '}
        The gateway does not know who they are.
      </p>
      {/* Read out once the look-ups are done: they change what is worth choosing. */}
      <p className="hint" role="status">
        {describeLookUps({ approvers, lookUps })}
      </p>
      {domains.map((domain, index) => {
        const unavailable = explainUnavailable(domain);
        const unavailableId = `domain-${index}-unavailable`;
        return (
          // biome-ignore lint/suspicious/noArrayIndexKey: a name may be missing, and the list does not change
          <fieldset key={index} aria-describedby={unavailable && unavailableId}>
            <legend>Who may approve {domain.name ?? 'the unnamed domain'}</legend>
            {unavailable && (
              <p id={unavailableId} className="hint">
                {unavailable}
              </p>
            )}
            <Choices domain={index} approvers={approvers[index] ?? []} faults={faults} />
            <TextField
              label="Another address"
              hint="DigiCert may ignore an address that may not approve the domain."
              field={otherField(index)}
              fault={faults.get(otherField(index))}
              inputMode="email"
            />
          </fieldset>
        );
      })}
    </>
  );
}

interface ChoicesProps {
  readonly domain: number;
  readonly approvers: readonly Approver[];
  readonly faults: ReadonlyMap<string, string>;
}

/** One list, in which a note stands before the addresses it is about: a choice that was made stays where notes come and go. */
function Choices({ domain, approvers, faults }: ChoicesProps) {
  let noteId: string | undefined;
  return approvers.flatMap((approver, position) => {
    const note = describeApprover(approver);
    const before = approvers[position - 1];
    const isNew = note !== (before && describeApprover(before));
    noteId = isNew ? `domain-${domain}-note-${position}` : noteId;
    const field = approverField(domain, approver.email);
    return [
      isNew && (
        <p
          key={noteId}
          id={noteId}
          className="hint note"
          data-unreachable={isUnreachable(approver)}
        >
          {note ?? 'Others'}:
        </p>
      ),
      <label key={field} className="choice">
        <input
          type="checkbox"
          id={field}
          name={field}
          aria-invalid={faults.has(field) || undefined}
          aria-describedby={note && noteId}
        />
        {approver.email}
      </label>,
    ];
  });
}

function describeLookUps({ approvers, lookUps }: Approvers): string | undefined {
  if (lookUps === 'running') {
    return 'Looking up which addresses get mail…';
  }
  if (lookUps === 'failed') {
    return 'It could not be looked up which addresses get mail.';
  }
  const all = approvers.flat();
  const { length } = all.filter(isUnreachable);
  // Not where they are listed: what has the focus is not moved.
  return length > 0
    ? `${length} of ${all.length} addresses cannot get mail. They are listed under a warning.`
    : undefined;
}
