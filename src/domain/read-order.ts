// Reading an order: check the id, ask DigiCert once, within a deadline of its own.
import type { OrderReadOutcome } from './certificate-order';
import { type Clock, type Deadline, withDeadline } from './clock';
import { isOrderId } from './resend-request';

/** What reading needs of DigiCert. The call does not throw for anything the network may do. */
export interface OrderReads {
  readOrder(orderId: string, deadline: Deadline): Promise<OrderReadOutcome>;
}

export interface ReadOrderDependencies {
  readonly digicert: OrderReads;
  readonly clock: Clock;
  /** Milliseconds for one read. */
  readonly timeoutMs: number;
}

export type ReadOrder = (orderId: string) => Promise<OrderReadOutcome>;

export function createReadOrder({ digicert, clock, timeoutMs }: ReadOrderDependencies): ReadOrder {
  return async (orderId) => {
    if (!isOrderId(orderId)) {
      return { kind: 'invalid-id' };
    }
    return withDeadline(clock, timeoutMs, (deadline) => digicert.readOrder(orderId, deadline));
  };
}
