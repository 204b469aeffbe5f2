import type { Logger } from 'pino';
import type { Caller } from '../domain/caller';
import type { LookUp } from '../domain/mail-dns';
import type { Resend } from '../domain/resend';
import { OrderLoader, type OrderLoaderDependencies } from './certificate-order/order-loader';
import { ResponseBudget } from './guards/response-budget';

export interface ContextDependencies extends OrderLoaderDependencies {
  readonly log: Logger;
  readonly resend: Resend;
  /** For one request. */
  startLookUps(): LookUp;
}

/** What every resolver knows of the request it serves. What few requests need is made for those alone. */
export class GraphqlContext {
  /** How much the lists of the response may hold. */
  readonly budget = new ResponseBudget();
  private orderLoader: OrderLoader | undefined;
  private lookUps: LookUp | undefined;

  constructor(
    readonly caller: Caller,
    readonly useCases: ContextDependencies,
  ) {}

  /** The orders this request reads, each once. */
  get orders(): OrderLoader {
    this.orderLoader ??= new OrderLoader(this.caller, this.useCases);
    return this.orderLoader;
  }

  /** In DNS; bounded for the request. */
  get lookUp(): LookUp {
    this.lookUps ??= this.useCases.startLookUps();
    return this.lookUps;
  }
}
