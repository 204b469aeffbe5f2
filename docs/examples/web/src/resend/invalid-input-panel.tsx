import { DigicertErrors } from './digicert-errors';
import { Panel } from './panel';
import { findField, type Member, type Recipient } from './recipients';

interface Props {
  readonly result: Member<'ResendDvEmailsInvalidInputError'>;
  readonly recipients: readonly Recipient[];
  /** Whether the fields were left empty: then there is nothing to check in them. */
  readonly isEmpty: boolean;
}

/** Every fault at once, each with a way to its field; the fields are marked by the form. */
export function InvalidInputPanel({ result, recipients, isEmpty }: Props) {
  return (
    <Panel
      tone="error"
      heading={isEmpty ? 'DigiCert refused the request' : 'Please check what you entered'}
      {...result}
    >
      {result.issues.length > 0 && (
        <ul>
          {result.issues.map((issue) => {
            const field = findField(issue, recipients);
            return (
              <li key={issue.path.join('.')}>
                {field ? <a href={`#${field}`}>{issue.message}</a> : issue.message}
              </li>
            );
          })}
        </ul>
      )}
      <DigicertErrors errors={result.digicertErrors} open={result.issues.length === 0} />
    </Panel>
  );
}
