import { CorrelationId } from '../correlation-id';
import { readGraphqlErrors } from '../graphql-errors';

interface Props {
  readonly what: 'order' | 'orders';
  readonly error: Error;
  readonly onRetry: () => void;
}

/** Codes of reads that fail however often they are tried. */
const HOPELESS: readonly unknown[] = [
  'BAD_USER_INPUT',
  'GRAPHQL_VALIDATION_FAILED',
  'QUERY_NOT_IN_SAFELIST',
];

/** The argument that a message is about: a name for developers. */
const ARGUMENT = /\bfilter\.\w+: /g;

/** A read changes nothing: it may simply be tried again. */
export function ReadFailure({ what, error, onRetry }: Props) {
  const [first] = readGraphqlErrors(error);
  const { code, correlationId } = first?.extensions ?? {};
  const message = first?.message.replace(ARGUMENT, '') ?? 'The gateway does not answer.';
  return (
    <div className="panel error" role="alert">
      <p>
        The {what} could not be read. {message}
      </p>
      <CorrelationId id={correlationId} />
      {!HOPELESS.includes(code) && (
        <button type="button" onClick={onRetry}>
          Read again
        </button>
      )}
    </div>
  );
}
