// Reading an order: count the caller, check the id, call DigiCert once, within a deadline of its own.

import type { Deadline, Deadlines } from '../lib/deadline';
import type { Caller } from './caller';
import type { OrderReadOutcome } from './order-details';
import { isOrderId } from './resend-request';
import type { Limits, Reservation } from './reservation';

/** What reading needs of DigiCert. The call does not throw for anything the network may do. */
export interface OrderReadApi {
  /** Whether DigiCert may be asked: the circuit breaker lets requests through. */
  readonly isAvailable: boolean;
  readOrder(
    orderId: string,
    quota: Reservation | undefined,
    deadline: Deadline,
  ): Promise<OrderReadOutcome>;
}

interface ReadOrderDependencies {
  readonly digicert: OrderReadApi;
  readonly limits: Limits;
  readonly deadlines: Deadlines;
  /** Milliseconds for one read. */
  readonly timeoutMs: number;
}

export type ReadOrder = (orderId: string, caller: Caller) => Promise<OrderReadOutcome>;

export function createReadOrder(dependencies: ReadOrderDependencies): ReadOrder {
  const { digicert, limits, deadlines, timeoutMs } = dependencies;
  return (orderId, caller) =>
    deadlines.within(timeoutMs, async (deadline) => {
      const isReady = isOrderId(orderId) && digicert.isAvailable;
      const reserved = await limits.reserve({ caller, quota: isReady }, deadline);
      if (!reserved.ok) {
        const { scope, retryAfterSeconds } = reserved;
        return { kind: 'rate-limited', scope, retryAfterSeconds };
      }
      return isOrderId(orderId)
        ? digicert.readOrder(orderId, reserved.quota, deadline)
        : { kind: 'invalid-id' };
    });
}
