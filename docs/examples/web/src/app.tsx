// One order at a time: which it is, what it is about, and its emails.
import { useQuery } from '@apollo/client/react';
import { CertificateOrderDocument } from 'dv-email-gateway/client';
import { useState } from 'react';
import { OrderDetails } from './order/order-details';
import { OrderPicker } from './order/order-picker';
import { ReadFailure } from './order/read-failure';
import { ResendForm } from './resend/resend-form';

export function App() {
  const [orderId, setOrderId] = useState<string>();
  return (
    <main>
      <h1>Resend approval emails</h1>
      <OrderPicker onPick={setOrderId} />
      {orderId !== undefined && <Order key={orderId} orderId={orderId} />}
    </main>
  );
}

function Order({ orderId }: { readonly orderId: string }) {
  const { data, error, loading, refetch } = useQuery(CertificateOrderDocument, {
    variables: { id: orderId },
    // Its status may have changed since somebody last looked.
    fetchPolicy: 'network-only',
    notifyOnNetworkStatusChange: true,
  });
  const order = data?.certificateOrder;
  if (loading) {
    return <p role="status">Reading order {orderId}…</p>;
  }
  return (
    <>
      <section aria-labelledby="order-heading">
        <h2 id="order-heading">Order {orderId}</h2>
        {error && <ReadFailure error={error} onRetry={() => void refetch()} />}
        {!error && !order && <p role="alert">DigiCert knows no order {orderId} in this account.</p>}
        {order && <OrderDetails order={order} />}
      </section>
      {/* To read and to resend are two permissions, so an order that cannot be read can still be tried. */}
      <ResendForm orderId={orderId} domains={order?.domains ?? []} />
    </>
  );
}
