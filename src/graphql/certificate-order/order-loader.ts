// The reads of one request: each order is read once, however many fields and paths ask for it.
import type { Caller } from '../../domain/caller';
import type { OrderDetails, OrderDomain } from '../../domain/order-details';
import type { ReadCertificateNames, ReadOrder } from '../../domain/read-order';
import type { ResendAttempt } from '../../domain/resend-attempt';
import { CodedError } from '../../lib/coded-error';
import { toReadError } from './read-errors';

/** Distinct orders of one request, and references to orders; half of what DigiCert allows the API key in 5 s. */
const MAX_ORDERS_PER_REQUEST = 50;

const TOO_MANY_ORDERS = new CodedError(
  'TOO_MANY_ORDERS',
  `One request may ask for ${MAX_ORDERS_PER_REQUEST} orders: ask for the others in another one.`,
);

export interface OrderLoaderDependencies {
  readonly readOrder: ReadOrder;
  readonly readCertificateNames: ReadCertificateNames;
  /** `undefined`: none is remembered. */
  readLastResend(orderId: string): Promise<ResendAttempt | undefined>;
  /** Counts what no use case counts: refused input, what is remembered of an order. Seconds to wait when there was too much. */
  countCaller(caller: Caller): Promise<number | undefined>;
}

export class OrderLoader {
  readonly #reads = new Map<string, Promise<OrderDetails | undefined>>();
  readonly #domains = new Map<string, Promise<readonly OrderDomain[] | undefined>>();
  #references = 0;

  constructor(
    private readonly caller: Caller,
    private readonly dependencies: OrderLoaderDependencies,
  ) {}

  /** `undefined` when DigiCert knows no such order. Rejects with a {@link CodedError}. */
  read(orderId: string): Promise<OrderDetails | undefined> {
    const read = this.#reads.get(orderId) ?? this.#start(orderId);
    this.#reads.set(orderId, read);
    return read;
  }

  /** As {@link read}, of the domains: where the order does not say how each is validated, the names on the certificate. */
  readDomains(orderId: string): Promise<readonly OrderDomain[] | undefined> {
    const domains = this.#domains.get(orderId) ?? this.#startDomains(orderId);
    this.#domains.set(orderId, domains);
    return domains;
  }

  /** The last attempt to resend the order's emails. Counts as a read, unless the order is read too. */
  async readLastResend(orderId: string): Promise<ResendAttempt | undefined> {
    if (!this.#reads.has(orderId)) {
      await this.#countCaller();
    }
    return this.dependencies.readLastResend(orderId);
  }

  /** Forgets what was read of an order: something is about to happen to it. */
  forget(orderId: string): void {
    this.#reads.delete(orderId);
    this.#domains.delete(orderId);
  }

  /** Counts references of another subgraph, over all aliases. Rejects with a {@link CodedError} when they are too many. */
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

  async #startDomains(orderId: string): Promise<readonly OrderDomain[] | undefined> {
    const order = await this.read(orderId);
    if (!order || order.domains?.length) {
      return order?.domains;
    }
    const named = await this.dependencies.readCertificateNames(orderId);
    return named.length > 0 ? named : order.domains;
  }

  async #start(orderId: string): Promise<OrderDetails | undefined> {
    if (this.#reads.size >= MAX_ORDERS_PER_REQUEST) {
      throw TOO_MANY_ORDERS;
    }
    const outcome = await this.dependencies.readOrder(orderId, this.caller);
    if (outcome.kind === 'found') {
      return outcome.order;
    }
    if (outcome.kind === 'not-found') {
      return undefined;
    }
    throw toReadError(outcome);
  }
}
