import { Panel } from './panel';
import type { Recipient } from './recipients';
import { ResultPanel } from './result-panel';
import type { Attempt } from './use-resend';

interface Props {
  readonly attempt: Attempt;
  /** Those of the attempt. */
  readonly recipients: readonly Recipient[];
  /** Whether nothing was entered for it. */
  readonly isEmpty: boolean;
  /** Until the next. */
  readonly secondsLeft: number;
}

export function AttemptPanel({ attempt, ...rest }: Props) {
  switch (attempt.kind) {
    case 'answered':
      return <ResultPanel result={attempt.result} {...rest} />;
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
