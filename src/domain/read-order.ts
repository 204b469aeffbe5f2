// Reading an order: count the caller, check the id, call DigiCert, within a deadline of its own.
import type { Deadline, Deadlines } from '../lib/deadline';
import type { Caller } from './caller';
import type { OrderDomain, OrderReadOutcome } from './order-details';
import type { OrderInfo } from './order-eligibility';
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
  /** `undefined` when the order's info could not be had in time. */
  readOrderInfo(
    orderId: string,
    quota: Reservation | undefined,
    deadline: Deadline,
  ): Promise<OrderInfo | undefined>;
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
      if (!isOrderId(orderId)) {
        return { kind: 'invalid-id' };
      }
      return digicert.readOrder(orderId, reserved.quota, deadline);
    });
}

/** The domains of an order by the names on its certificate, for where reading it does not give them. */
export type ReadCertificateNames = (orderId: string) => Promise<readonly OrderDomain[]>;

/** Empty when the names could not be had in time. The caller was counted for reading the order. */
export function createReadCertificateNames(
  dependencies: ReadOrderDependencies,
): ReadCertificateNames {
  const { digicert, limits, deadlines, timeoutMs } = dependencies;
  return (orderId) =>
    deadlines.within(timeoutMs, async (deadline) => {
      const reserved = await limits.reserve({ quota: true }, deadline);
      const info = reserved.ok
        ? await digicert.readOrderInfo(orderId, reserved.quota, deadline)
        : undefined;
      const names = info?.dnsNames ?? [];
      return names.map((name) => ({
        name,
        status: undefined,
        method: undefined,
        dnsNames: [name],
      }));
    });
}
