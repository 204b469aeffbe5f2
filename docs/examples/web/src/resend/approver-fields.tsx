import type { Domain } from '../order/order-details';
import { type Approver, describeApprover, explainUnavailable } from './approvers';
import { approverField, otherField } from './recipients';
import { TextField } from './text-field';

interface Props {
  readonly domains: readonly Domain[];
  /** Of each domain, in the order in which they are shown. */
  readonly approvers: readonly (readonly Approver[])[];
  /** What is wrong with a field, by its name. */
  readonly faults: ReadonlyMap<string, string>;
}

export function ApproverFields({ domains, approvers, faults }: Props) {
  return (
    <>
      <p className="hint">
        {domains.length > 0
          ? 'Every address you choose is an email. Choose none to mail the recipients that the order already has.'
          : 'DigiCert mails the recipients that the order already has.'}
      </p>
      {/* Read out once the look-ups are done: they change what is worth choosing. */}
      <p className="hint" role="status">
        {describeUnreachable(approvers.flat())}
      </p>
      {domains.map((domain, index) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: a name may be missing, and the list does not change
        <fieldset key={index}>
          <legend>Who approves {domain.name ?? 'the unnamed domain'}</legend>
          {explainUnavailable(domain) && <p className="hint">{explainUnavailable(domain)}</p>}
          <Choices domain={index} approvers={approvers[index] ?? []} faults={faults} />
          <TextField
            label="Another address"
            field={otherField(index)}
            fault={faults.get(otherField(index))}
            inputMode="email"
          />
        </fieldset>
      ))}
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
  return approvers.flatMap((approver, position) => {
    const note = describeApprover(approver);
    const before = approvers[position - 1];
    const isNew = note !== undefined && (!before || describeApprover(before) !== note);
    const noteId = `domain-${domain}-note-${encodeURIComponent(note ?? '')}`;
    const field = approverField(domain, approver.email);
    return [
      isNew && (
        <p key={noteId} id={noteId} className="hint note">
          {note}:
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

function describeUnreachable(approvers: readonly Approver[]): string | undefined {
  const { length } = approvers.filter(({ mailServer }) => mailServer === 'NONE');
  return length > 0
    ? `Mail cannot reach ${length} of ${approvers.length} addresses: they are marked, and listed last.`
    : undefined;
}
