/** Names the call in the gateway's log, for those who are asked for help. */
export function CorrelationId({ id }: { readonly id: unknown }) {
  return typeof id === 'string' ? (
    <p className="hint">
      Correlation id: <code>{id}</code>
    </p>
  ) : null;
}
