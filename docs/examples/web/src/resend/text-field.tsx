import type { ComponentProps } from 'react';

interface Props extends ComponentProps<'input'> {
  readonly label: string;
  /** Its id and its name in the form. */
  readonly field: string;
  readonly fault: string | undefined;
}

/** A field with its label, and beside it what is wrong with what was entered. */
export function TextField({ label, field, fault, ...input }: Props) {
  const faultId = `${field}-fault`;
  return (
    <div className="field">
      <label htmlFor={field}>{label}</label>
      <input
        id={field}
        name={field}
        autoComplete="off"
        aria-invalid={fault !== undefined || undefined}
        aria-describedby={fault && faultId}
        {...input}
      />
      {fault && (
        <p id={faultId} className="fault">
          {fault}
        </p>
      )}
    </div>
  );
}
