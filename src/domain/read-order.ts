// Reading orders: count the caller, check what is asked, call DigiCert once, within a deadline of its own.
import type { Deadline, Deadlines } from '../lib/deadline';
import type { Caller } from './caller';
import type { OrderDetails, OrderInfo, OrderList, ReadOutcome } from './order-details';
import type { OrderListQuery } from './order-list-query';
import { isOrderId } from './resend-request';
import type { Limits, Reservation } from './reservation';

type Call<Asked, Value> = (
  asked: Asked,
  quota: Reservation | undefined,
  deadline: Deadline,
) => Promise<ReadOutcome<Value>>;

/** What reading needs of DigiCert. No call throws for anything the network may do. */
export interface OrderReadApi {
  /** Whether DigiCert may be asked: the circuit breaker lets requests through. */
  readonly isAvailable: boolean;
  /** How far each domain of an order is validated. */
  readonly readOrder: Call<string, OrderDetails>;
  readonly readOrderInfo: Call<string, OrderInfo>;
  readonly listOrders: Call<OrderListQuery, OrderList>;
}

export interface ReadDependencies {
  readonly digicert: OrderReadApi;
  readonly limits: Limits;
  readonly deadlines: Deadlines;
  /** Milliseconds for everything that one call of a use case does upstream. */
  readonly timeoutMs: number;
}

export type Read<Asked, Value> = (asked: Asked, caller: Caller) => Promise<ReadOutcome<Value>>;

export type OrderReads = ReturnType<typeof createOrderReads>;

export function createOrderReads(dependencies: ReadDependencies) {
  const { digicert, limits, deadlines, timeoutMs } = dependencies;
  const createRead =
    <Asked, Value>(
      call: Call<Asked, Value>,
      isGood: (asked: Asked) => boolean,
    ): Read<Asked, Value> =>
    (asked, caller) =>
      deadlines.within(timeoutMs, async (deadline) => {
        const quota = isGood(asked) && digicert.isAvailable;
        const reserved = await limits.reserve({ caller, quota }, deadline);
        if (!reserved.ok) {
          const { scope, retryAfterSeconds } = reserved;
          return { kind: 'rate-limited', scope, retryAfterSeconds };
        }
        return isGood(asked) ? call(asked, reserved.quota, deadline) : { kind: 'invalid-id' };
      });
  return {
    readOrder: createRead(digicert.readOrder, isOrderId),
    readOrderInfo: createRead(digicert.readOrderInfo, isOrderId),
    listOrders: createRead(digicert.listOrders, () => true),
  };
}
