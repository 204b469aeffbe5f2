// The reads of one request: each order is read once, however many fields and paths ask for it.
import type { CertificateOrder } from '../../domain/certificate-order';
import type { ReadOrder } from '../../domain/read-order';
import { CodedError } from '../errors/coded-error';
import { toReadError } from './read-errors';

/** Distinct orders of one request; half of what DigiCert allows everybody in 5 s. */
const MAX_ORDERS_PER_REQUEST = 50;

export class OrderReads {
  readonly #reads = new Map<string, Promise<CertificateOrder | undefined>>();

  constructor(private readonly readOrder: ReadOrder) {}

  /** `undefined` when DigiCert knows no such order. Rejects with a {@link CodedError}. */
  read(orderId: string): Promise<CertificateOrder | undefined> {
    let read = this.#reads.get(orderId);
    if (!read) {
      read = this.#start(orderId);
      this.#reads.set(orderId, read);
    }
    return read;
  }

  async #start(orderId: string): Promise<CertificateOrder | undefined> {
    if (this.#reads.size >= MAX_ORDERS_PER_REQUEST) {
      throw new CodedError(
        'TOO_MANY_ORDERS',
        `One request may read ${MAX_ORDERS_PER_REQUEST} orders: ask for the others in another one.`,
      );
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
