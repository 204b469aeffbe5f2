import { type ReactNode, useEffect, useRef } from 'react';

interface Props {
  readonly tone: 'success' | 'warning' | 'error';
  readonly heading: string;
  readonly message?: string | undefined;
  /** Names the call in the gateway's log. */
  readonly correlationId?: unknown;
  readonly children?: ReactNode;
}

/** What came of an attempt. It takes the focus, so that nobody has to look for it. */
export function Panel({ tone, heading, message, correlationId, children }: Props) {
  const headingRef = useRef<HTMLHeadingElement>(null);
  useEffect(() => headingRef.current?.focus(), []);
  return (
    <div className={`panel ${tone}`} role={tone === 'success' ? 'status' : 'alert'}>
      <h3 ref={headingRef} tabIndex={-1}>
        {heading}
      </h3>
      {message && <p>{message}</p>}
      {children}
      {typeof correlationId === 'string' && (
        <p className="hint">
          When you ask for help, quote <code>{correlationId}</code>.
        </p>
      )}
    </div>
  );
}
