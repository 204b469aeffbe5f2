import type { ComponentProps } from 'react';

interface Props extends ComponentProps<'input'> {
  readonly label: string;
  readonly hint?: string;
  /** Its id and its name in the form. */
  readonly field: string;
  readonly fault: string | undefined;
}

/** A field with its label, and beside it what is wrong with what was entered. */
export function TextField({ label, hint, field, fault, ...input }: Props) {
  const faultId = `${field}-fault`;
  const hintId = `${field}-hint`;
  return (
    <div className="field">
      <label htmlFor={field}>{label}</label>
      {hint && (
        <span id={hintId} className="hint">
          {hint}
        </span>
      )}
      <input
        id={field}
        name={field}
        autoComplete="off"
        aria-invalid={fault !== undefined || undefined}
        aria-describedby={[fault && faultId, hint && hintId].filter(Boolean).join(' ') || undefined}
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
