// The reads of one request: each order is read once, however many fields and paths ask for it.
import type { CertificateOrder, OrderReadOutcome } from '../../domain/certificate-order';
import { CodedError } from '../errors/coded-error';
import { toReadError } from './read-errors';

/** Distinct orders of one request, and references to orders; half of what DigiCert allows everybody in 5 s. */
const MAX_ORDERS_PER_REQUEST = 50;

const TOO_MANY_ORDERS = new CodedError(
  'TOO_MANY_ORDERS',
  `One request may ask for ${MAX_ORDERS_PER_REQUEST} orders: ask for the others in another one.`,
);

export class OrderReads {
  readonly #reads = new Map<string, Promise<CertificateOrder | undefined>>();
  #references = 0;

  constructor(private readonly readOrder: (orderId: string) => Promise<OrderReadOutcome>) {}

  /** `undefined` when DigiCert knows no such order. Rejects with a {@link CodedError}. */
  read(orderId: string): Promise<CertificateOrder | undefined> {
    let read = this.#reads.get(orderId);
    if (!read) {
      read = this.#start(orderId);
      this.#reads.set(orderId, read);
    }
    return read;
  }

  /** Forgets what was read of an order: something is about to happen to it. */
  forget(orderId: string): void {
    this.#reads.delete(orderId);
  }

  /** Counts a reference of another subgraph. Returns an error when they are too many. */
  countReference(): CodedError | undefined {
    this.#references += 1;
    return this.#references > MAX_ORDERS_PER_REQUEST ? TOO_MANY_ORDERS : undefined;
  }

  async #start(orderId: string): Promise<CertificateOrder | undefined> {
    if (this.#reads.size >= MAX_ORDERS_PER_REQUEST) {
      throw TOO_MANY_ORDERS;
    }
    const outcome = await this.readOrder(orderId);
    if (outcome.kind === 'found') {
      return outcome.order;
    }
    if (outcome.kind === 'not-found') {
      return undefined;
    }
    throw toReadError(outcome);
  }
}
