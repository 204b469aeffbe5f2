// Finds an order, and shows one at a time.
import { useState } from 'react';
import { FindForm } from './find/find-form';
import { OrderList } from './find/order-list';
import { isOrderNumber } from './find/to-place';
import { OrderView } from './order/order-view';
import { toLink, usePlace } from './use-url';

export function App() {
  const place = usePlace();
  const { search, order } = place;
  // Orders that were looked at stay: each knows what is in flight, and whether emails may have been sent.
  const [visited, setVisited] = useState<readonly string[]>([]);
  const isNumber = isOrderNumber(order ?? '');
  if (order && isNumber && !visited.includes(order)) {
    setVisited([...visited, order]);
  }

  return (
    <main>
      <h1>Resend approval emails</h1>
      <FindForm place={place} />
      {order ? (
        <p>
          <a {...toLink({ search })}>
            {search ? `Back to the orders with “${search}”` : 'Pending orders'}
          </a>
        </p>
      ) : (
        <OrderList key={search ?? ''} search={search} />
      )}
      {order && !isNumber && (
        <p role="alert">“{order}” is not an order number, which has 1 to 20 digits.</p>
      )}
      {visited.map((id) => (
        <div key={id} hidden={id !== order}>
          <OrderView orderId={id} shown={id === order} />
        </div>
      ))}
    </main>
  );
}
