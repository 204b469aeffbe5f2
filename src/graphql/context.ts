import type { Caller } from '../domain/caller';
import type { ReadOrder } from '../domain/read-order';
import { OrderReads } from './certificate-order/order-reads';
import { ResponseBudget } from './guards/response-budget';

/** What every resolver knows of the request it serves. */
export interface GraphqlContext {
  readonly caller: Caller;
  /** The orders this request reads, each once. */
  readonly orders: OrderReads;
  /** How much the lists of the response may hold. */
  readonly budget: ResponseBudget;
}

export interface ContextDependencies {
  readonly readOrder: ReadOrder;
  /** Counts input that is refused before a use case gets it. Seconds to wait when there was too much. */
  countCaller(caller: Caller): Promise<number | undefined>;
}

export function createContext(
  caller: Caller,
  { readOrder, countCaller }: ContextDependencies,
): GraphqlContext {
  const orders = new OrderReads({
    readOrder: (orderId) => readOrder(orderId, caller),
    countCaller: () => countCaller(caller),
  });
  return { caller, orders, budget: new ResponseBudget() };
}
