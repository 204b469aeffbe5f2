import type { Domain } from '../order/order-details';
import { approverField, otherField } from './recipients';
import { TextField } from './text-field';

interface Props {
  readonly domains: readonly Domain[];
  /** What is wrong with a field, by its name. */
  readonly faults: ReadonlyMap<string, string>;
}

export function ApproverFields({ domains, faults }: Props) {
  return (
    <>
      <p className="hint">
        Choose nobody to mail the recipients that the order already has. Every address chosen is one
        more email.
      </p>
      {domains.map(({ name, approverEmails }, domain) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: a name may be missing, and the list does not change
        <fieldset key={domain}>
          <legend>Who approves {name ?? 'the unnamed domain'}</legend>
          {approverEmails.map(({ email }, approver) => {
            const field = approverField(domain, approver);
            return (
              <label key={email} className="choice">
                <input
                  type="checkbox"
                  id={field}
                  name={field}
                  aria-invalid={faults.has(field) || undefined}
                />
                {email}
              </label>
            );
          })}
          <TextField
            label="Another address"
            field={otherField(domain)}
            fault={faults.get(otherField(domain))}
            inputMode="email"
          />
        </fieldset>
      ))}
    </>
  );
}
