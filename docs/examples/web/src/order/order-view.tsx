// One order: what it is about, and its emails.
import { NetworkStatus } from '@apollo/client';
import { useQuery } from '@apollo/client/react';
import { CertificateOrderDocument } from 'dv-email-gateway-client';
import { FocusedHeading } from '../focused-heading';
import { ResendForm } from '../resend/resend-form';
import { findObstacle } from './obstacle';
import { OrderDetails } from './order-details';
import { ReadFailure } from './read-failure';
import { isPending } from './status';
import { usePolling } from './use-polling';

interface Props {
  readonly orderId: string;
  /** Whether it is the one on the screen. */
  readonly shown: boolean;
}

export function OrderView({ orderId, shown }: Props) {
  const { data, error, loading, networkStatus, refetch } = useQuery(CertificateOrderDocument, {
    variables: { id: orderId },
    // Its status may have changed since it was last shown.
    fetchPolicy: 'network-only',
  });
  const order = data?.certificateOrder;
  usePolling(orderId, shown && isPending(order?.status));
  return (
    <>
      <section aria-label={`Order ${orderId}`}>
        {loading ? (
          <p role="status">Reading order {orderId}…</p>
        ) : (
          <>
            {/* Takes the focus when it is shown again, too. */}
            <FocusedHeading key={String(shown)} level="h2">
              Order {orderId}
            </FocusedHeading>
            {order && <OrderDetails order={order} />}
            {error && <ReadFailure what="order" error={error} onRetry={() => void refetch()} />}
            {order === null && (
              <p role="alert">DigiCert finds no order {orderId} in this account.</p>
            )}
          </>
        )}
      </section>
      {/* To read and to resend are two permissions, so an order that cannot be read can still be tried.
          The form stays while an order is read again: it knows whether emails may have been sent. */}
      {networkStatus !== NetworkStatus.loading && (
        <ResendForm
          orderId={orderId}
          domains={order?.domains ?? []}
          lastResend={order?.lastResend}
          obstacle={findObstacle(order)}
          onRead={() => void refetch()}
        />
      )}
    </>
  );
}
