import type { Caller } from '../domain/caller';
import type { OrderReads } from './certificate-order/order-reads';

/** What every resolver knows of the request it serves. */
export interface GraphqlContext {
  readonly caller: Caller;
  /** The orders this request reads, each once. */
  readonly orders: OrderReads;
}
