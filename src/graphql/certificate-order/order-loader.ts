// The reads of one request: each endpoint of an order is read once, however many fields and paths ask for it.
import type { Caller } from '../../domain/caller';
import type { OrderDetails, OrderDomain, OrderSummary } from '../../domain/order-details';
import type { OrderReads, Read } from '../../domain/read-order';
import type { ResendAttempt } from '../../domain/resend-attempt';
import { CodedError } from '../../lib/coded-error';
import { toReadError } from './read-errors';

/** Distinct orders of one request, and references to orders; half of what DigiCert allows the API key in 5 s. */
const MAX_ORDERS_PER_REQUEST = 50;

const TOO_MANY_ORDERS = new CodedError(
  'TOO_MANY_ORDERS',
  `One request may ask for ${MAX_ORDERS_PER_REQUEST} orders: ask for the others in another one.`,
);

export interface OrderLoaderDependencies extends OrderReads {
  /** `undefined`: none is remembered. */
  readLastResend(orderId: string): Promise<ResendAttempt | undefined>;
  /** Counts what no use case counts: refused input, what is remembered of an order. Seconds to wait when there was too much. */
  countCaller(caller: Caller): Promise<number | undefined>;
}

export class OrderLoader {
  readonly #orders = new Set<string>();
  readonly #reads = new Map<string, Promise<unknown>>();
  #references = 0;

  constructor(
    private readonly caller: Caller,
    private readonly dependencies: OrderLoaderDependencies,
  ) {}

  /** How far the order is. `undefined` when DigiCert knows no such order. Rejects with a {@link CodedError}. */
  read(orderId: string): Promise<OrderDetails | undefined> {
    return this.#once(orderId, 'validation', this.dependencies.readOrder);
  }

  /** What the order is for, as {@link read}. */
  readSummary(orderId: string): Promise<OrderSummary | undefined> {
    return this.#once(orderId, 'info', this.dependencies.readOrderInfo);
  }

  /** As {@link read}, of the domains: where the order does not say how each is validated, the names on the certificate. */
  async readDomains(orderId: string): Promise<readonly OrderDomain[] | undefined> {
    const order = await this.read(orderId);
    if (!order || order.domains?.length) {
      return order?.domains;
    }
    const names = await this.readSummary(orderId).then(
      (summary) => summary?.dnsNames ?? [],
      // What was read stands without them.
      () => [],
    );
    return names.length === 0
      ? order.domains
      : names.map((name) => ({ name, status: undefined, method: undefined, dnsNames: [name] }));
  }

  /** The last attempt to resend the order's emails. Counts as a read, unless the order is read or listed too. */
  async readLastResend(orderId: string, isListed: boolean): Promise<ResendAttempt | undefined> {
    if (!isListed && !this.#orders.has(orderId)) {
      await this.#countCaller();
    }
    return this.dependencies.readLastResend(orderId);
  }

  /** Forgets what was read of an order: something is about to happen to it. */
  forget(orderId: string): void {
    this.#reads.delete(`validation ${orderId}`);
    this.#reads.delete(`info ${orderId}`);
  }

  /** Counts references to orders that may be read, over all aliases. Rejects with a {@link CodedError} when they are too many. */
  async addReferences(count: number): Promise<void> {
    this.#references += count;
    if (this.#references > MAX_ORDERS_PER_REQUEST) {
      await this.reject(TOO_MANY_ORDERS);
    }
  }

  /** Rejects with an error of the caller's input, or with that of the caller's quota: refused input counts too. */
  async reject(error: CodedError): Promise<never> {
    await this.#countCaller();
    throw error;
  }

  async #countCaller(): Promise<void> {
    const retryAfterSeconds = await this.dependencies.countCaller(this.caller);
    if (retryAfterSeconds !== undefined) {
      throw toReadError({ kind: 'rate-limited', scope: 'CALLER', retryAfterSeconds });
    }
  }

  #once<Value>(
    orderId: string,
    endpoint: string,
    read: Read<string, Value>,
  ): Promise<Value | undefined> {
    const key = `${endpoint} ${orderId}`;
    const started = this.#reads.get(key) ?? this.#start(orderId, read);
    this.#reads.set(key, started);
    return started as Promise<Value | undefined>;
  }

  async #start<Value>(orderId: string, read: Read<string, Value>): Promise<Value | undefined> {
    this.#orders.add(orderId);
    if (this.#orders.size > MAX_ORDERS_PER_REQUEST) {
      throw TOO_MANY_ORDERS;
    }
    const outcome = await read(orderId, this.caller);
    if (outcome.kind === 'found') {
      return outcome.value;
    }
    if (outcome.kind === 'not-found') {
      return undefined;
    }
    throw toReadError(outcome);
  }
}
