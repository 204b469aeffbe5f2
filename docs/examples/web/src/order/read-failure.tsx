import { readGraphqlErrors } from '../graphql-errors';

interface Props {
  readonly what: 'order' | 'orders';
  readonly error: Error;
  readonly onRetry: () => void;
}

/** A read changes nothing: it may simply be tried again. */
export function ReadFailure({ what, error, onRetry }: Props) {
  const [first] = readGraphqlErrors(error);
  return (
    <div className="panel error" role="alert">
      <p>
        The {what} could not be read. {first?.message ?? 'The gateway does not answer.'}
      </p>
      <button type="button" onClick={onRetry}>
        Read again
      </button>
    </div>
  );
}
