// One order at a time: which it is, what it is about, and its emails.
import { NetworkStatus } from '@apollo/client';
import { useQuery } from '@apollo/client/react';
import { CertificateOrderDocument } from 'dv-email-gateway/client';
import { useState } from 'react';
import { FocusedHeading } from './focused-heading';
import { findObstacle } from './order/obstacle';
import { OrderDetails } from './order/order-details';
import { OrderPicker } from './order/order-picker';
import { ReadFailure } from './order/read-failure';
import { ResendForm } from './resend/resend-form';

export function App() {
  const [orderId, setOrderId] = useState<string>();
  // Orders that were looked at stay: each knows what is in flight, and whether emails may have been sent.
  const [visited, setVisited] = useState<readonly string[]>([]);

  function handlePick(picked: string) {
    setOrderId(picked);
    setVisited((before) => (before.includes(picked) ? before : [...before, picked]));
  }

  return (
    <main>
      <h1>Resend approval emails</h1>
      <OrderPicker onPick={handlePick} />
      {visited.map((id) => (
        <div key={id} hidden={id !== orderId}>
          <Order orderId={id} />
        </div>
      ))}
    </main>
  );
}

function Order({ orderId }: { readonly orderId: string }) {
  const { data, error, loading, networkStatus, refetch } = useQuery(CertificateOrderDocument, {
    variables: { id: orderId },
    // Its status may have changed since it was last shown.
    fetchPolicy: 'network-only',
  });
  const order = data?.certificateOrder;
  return (
    <>
      <section aria-label={`Order ${orderId}`}>
        {loading ? (
          <p role="status">Reading order {orderId}…</p>
        ) : (
          <>
            <FocusedHeading level="h2">Order {orderId}</FocusedHeading>
            {order && <OrderDetails order={order} />}
            {error && <ReadFailure error={error} onRetry={() => void refetch()} />}
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
