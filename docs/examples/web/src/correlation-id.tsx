/** Names the call in the gateway's log, to quote when asking for help. */
export function CorrelationId({ id }: { readonly id: unknown }) {
  return typeof id === 'string' ? (
    <p className="hint">
      Correlation id: <code>{id}</code>
    </p>
  ) : null;
}
