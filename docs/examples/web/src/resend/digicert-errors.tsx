import type { Member } from './recipients';

interface Props {
  readonly errors: Member<'ResendDvEmailsAccessDeniedError'>['digicertErrors'];
  /** Whether nothing else says what is wrong. */
  readonly open?: boolean;
}

/** Detail for those who want it: neither codes nor words are ours. */
export function DigicertErrors({ errors, open }: Props) {
  if (errors.length === 0) {
    return null;
  }
  return (
    <details open={open}>
      <summary>DigiCert's own words</summary>
      <ul>
        {errors.map(({ code, message }) => (
          <li key={`${code} ${message}`}>
            <code>{code}</code> {message}
          </li>
        ))}
      </ul>
    </details>
  );
}
