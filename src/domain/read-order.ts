// Reading an order: count the caller, check the id, ask DigiCert once, within a deadline of its own.
import type { Caller } from './caller';
import type { OrderReadOutcome } from './certificate-order';
import type { Deadline, Deadlines } from './deadline';
import type { CallerQuota } from './limits';
import { isOrderId } from './resend-request';

/** What reading needs of DigiCert. The call does not throw for anything the network may do. */
export interface OrderReads {
  readOrder(orderId: string, deadline: Deadline): Promise<OrderReadOutcome>;
}

export interface ReadOrderDependencies {
  readonly digicert: OrderReads;
  readonly callerQuota: CallerQuota;
  readonly deadlines: Deadlines;
  /** Milliseconds for one read. */
  readonly timeoutMs: number;
}

export type ReadOrder = (orderId: string, caller: Caller) => Promise<OrderReadOutcome>;

export function createReadOrder(dependencies: ReadOrderDependencies): ReadOrder {
  const { digicert, callerQuota, deadlines, timeoutMs } = dependencies;
  return async (orderId, caller) => {
    const retryAfterSeconds = await callerQuota.count(caller);
    if (retryAfterSeconds !== undefined) {
      return { kind: 'rate-limited', scope: 'CALLER', retryAfterSeconds };
    }
    if (!isOrderId(orderId)) {
      return { kind: 'invalid-id' };
    }
    return deadlines.within(timeoutMs, (deadline) => digicert.readOrder(orderId, deadline));
  };
}
