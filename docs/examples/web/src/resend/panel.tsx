import type { ReactNode } from 'react';
import { CorrelationId } from '../correlation-id';
import { FocusedHeading } from '../focused-heading';

interface Props {
  readonly tone: 'success' | 'warning' | 'error';
  readonly heading: string;
  readonly message?: string | undefined;
  /** Names the call in the gateway's log. */
  readonly correlationId?: unknown;
  readonly children?: ReactNode;
}

/** The result of an attempt. */
export function Panel({ tone, heading, message, correlationId, children }: Props) {
  return (
    <div className={`panel ${tone}`} role={tone === 'success' ? 'status' : 'alert'}>
      <FocusedHeading level="h3">{heading}</FocusedHeading>
      {message && <p>{message}</p>}
      {children}
      <CorrelationId id={correlationId} />
    </div>
  );
}
