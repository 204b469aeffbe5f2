import { useApolloClient } from '@apollo/client/react';
import { CertificateOrderDocument } from 'dv-email-gateway-client';
import { useState } from 'react';
import { describeOutcome, LastResend, type Resend } from '../order/last-resend';

interface Props {
  readonly orderId: string;
  /** The `x-request-id` of the attempt whose response was lost. */
  readonly requestId: string;
}

type Check =
  | { readonly kind: 'none' | 'reading' | 'failed' }
  | { readonly kind: 'read'; readonly resend: Resend | null | undefined };

/** Reads what the gateway remembers of the order; a read may be repeated at will. */
export function LostResponse({ orderId, requestId }: Props) {
  const client = useApolloClient();
  const [check, setCheck] = useState<Check>({ kind: 'none' });

  async function handleCheck() {
    if (check.kind === 'reading') {
      return;
    }
    setCheck({ kind: 'reading' });
    try {
      const { data } = await client.query({
        query: CertificateOrderDocument,
        variables: { id: orderId },
        fetchPolicy: 'network-only',
      });
      setCheck({ kind: 'read', resend: data?.certificateOrder?.lastResend });
    } catch {
      setCheck({ kind: 'failed' });
    }
  }

  return (
    <>
      <button type="button" aria-disabled={check.kind === 'reading'} onClick={handleCheck}>
        Check what became of it
      </button>
      <div role="status">
        {check.kind === 'reading' && <p className="hint">Reading…</p>}
        {check.kind === 'failed' && <p>The order could not be read. Try again in a moment.</p>}
        {check.kind === 'read' && <Outcome resend={check.resend} requestId={requestId} />}
      </div>
    </>
  );
}

interface OutcomeProps {
  readonly resend: Resend | null | undefined;
  readonly requestId: string;
}

function Outcome({ resend, requestId }: OutcomeProps) {
  if (resend?.correlationId === requestId) {
    return <p>Your attempt was made. {describeOutcome(resend)}</p>;
  }
  return (
    <>
      <p>
        The gateway does not have your attempt as the last one. It may still be waiting: check again
        in a moment. Otherwise it was not made, or sent nothing, or another one was made since.
      </p>
      {resend && <LastResend resend={resend} />}
    </>
  );
}
