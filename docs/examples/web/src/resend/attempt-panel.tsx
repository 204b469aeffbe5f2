import { Panel } from './panel';
import type { Recipient } from './recipients';
import { ResultPanel } from './result-panel';
import type { Attempt } from './use-resend';

interface Props {
  readonly attempt: Attempt;
  /** Those of the attempt. */
  readonly recipients: readonly Recipient[];
}

export function AttemptPanel({ attempt, recipients }: Props) {
  switch (attempt.kind) {
    case 'answered':
      return <ResultPanel result={attempt.result} recipients={recipients} />;
    case 'failed':
      return (
        <Panel
          tone={attempt.failure.emailsMayHaveBeenSent ? 'warning' : 'error'}
          {...attempt.failure}
        />
      );
    case 'sending':
    case 'none':
      return null;
  }
}
