// Attempts that this process knows of, within a bound.
import { mayHaveSent } from '../domain/resend-attempt';
import { type Attempt, type AttemptSettings, findKept, type MadeAttempt } from './attempts';

/**
 * Attempts, and marks and names of them, that are kept: 55 to 70 MB, the recipients of 66,000 emails. What is only remembered goes first, of
 * the order whose last attempt was longest ago. No recipient on cool-down goes: others have to wait.
 */
const MAX_SIZE = 400_000;

export class AttemptLog {
  /** In the order of their last attempts, which is nearly the one in which their cool-downs end. */
  readonly #orders = new Map<string, readonly MadeAttempt[]>();
  #size = 0;

  constructor(private readonly settings: AttemptSettings) {}

  of(order: string): readonly MadeAttempt[] {
    return this.#orders.get(order) ?? [];
  }

  /** Adds an attempt, or what became of one. */
  put(
    { order, marks, attemptedAtMs, domains, correlationId }: Attempt,
    known: Pick<MadeAttempt, 'id' | 'outcome' | 'atMs'>,
    nowMs: number,
  ): void {
    const others = this.of(order).filter(({ id }) => id !== known.id);
    // No more of it than is needed: there may be very many.
    const made = {
      marks: mayHaveSent(known) ? marks : [],
      attemptedAtMs,
      domains,
      correlationId,
      ...known,
    };
    this.#set(order, [...others, made], nowMs);
  }

  remove(order: string, id: string, nowMs: number): void {
    this.#set(
      order,
      this.of(order).filter((made) => made.id !== id),
      nowMs,
    );
  }

  /** Makes room for an attempt, and says whether there is any. */
  hasRoomFor(attempt: Attempt, nowMs: number): boolean {
    const size = toSize(attempt);
    for (const [order, attempts] of this.#orders) {
      const isCooling = attempts.some(
        (made) => mayHaveSent(made) && made.atMs > nowMs - this.settings.cooldownMs,
      );
      if (this.#size + size <= MAX_SIZE || isCooling) {
        break;
      }
      this.#delete(order);
    }
    return this.#size + size <= MAX_SIZE;
  }

  /** Marks, names and attempts that are kept. */
  get size(): number {
    return this.#size;
  }

  /** Of those attempts that another store may have lost since a moment, with their order. */
  since(momentMs: number, nowMs: number): readonly (readonly [string, MadeAttempt])[] {
    const firstMs = Math.min(momentMs, nowMs - this.settings.cooldownMs);
    return [...this.#orders].flatMap(([order, attempts]) =>
      attempts.filter(({ atMs }) => atMs > firstMs).map((made) => [order, made] as const),
    );
  }

  #set(order: string, attempts: readonly MadeAttempt[], nowMs: number): void {
    this.#delete(order);
    const kept = findKept(attempts, this.settings, nowMs);
    if (kept.length > 0) {
      this.#orders.set(order, kept);
      this.#size += toTotal(kept);
    }
    for (const [first, oldest] of this.#orders) {
      // Another store may have granted more than fit here.
      const mayStay = this.#size <= MAX_SIZE || first === order;
      if (mayStay && findKept(oldest, this.settings, nowMs).length > 0) {
        break;
      }
      this.#delete(first);
    }
  }

  #delete(order: string): void {
    this.#size -= toTotal(this.of(order));
    this.#orders.delete(order);
  }
}

function toSize({ marks, domains }: Pick<Attempt, 'marks' | 'domains'>): number {
  return marks.length + domains.length + 1;
}

function toTotal(attempts: readonly MadeAttempt[]): number {
  return attempts.reduce((sum, made) => sum + toSize(made), 0);
}
