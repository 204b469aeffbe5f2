import type { Logger } from 'pino';
import type { Caller } from '../domain/caller';
import type { LookUp } from '../domain/mail-dns';
import type { Resend } from '../domain/resend';
import { OrderLoader, type OrderLoaderDependencies } from './certificate-order/order-loader';
import { ResponseBudget } from './guards/response-budget';

/** What every resolver knows of the request it serves. */
export interface GraphqlContext extends Pick<ContextDependencies, 'log' | 'resend' | 'listOrders'> {
  readonly caller: Caller;
  /** The orders this request reads, each once. */
  readonly orders: OrderLoader;
  /** How much the lists of the response may hold. */
  readonly budget: ResponseBudget;
  /** In DNS; bounded for the request. */
  readonly lookUp: LookUp;
}

export interface ContextDependencies extends OrderLoaderDependencies {
  readonly log: Logger;
  readonly resend: Resend;
  /** For one request. */
  startLookUps(): LookUp;
}

export function createContext(caller: Caller, useCases: ContextDependencies): GraphqlContext {
  const orders = new OrderLoader(caller, useCases);
  const { log, resend, listOrders } = useCases;
  const lookUp = useCases.startLookUps();
  const budget = new ResponseBudget();
  return { caller, log, resend, listOrders, orders, budget, lookUp };
}
