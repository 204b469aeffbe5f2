import type { OrderReads } from './certificate-order/order-reads';

/** What every resolver knows of the request it serves. */
export interface GraphqlContext {
  /** Names the request in the log and in errors. */
  readonly correlationId: string;
  /** The orders this request reads, each once. */
  readonly orders: OrderReads;
}
