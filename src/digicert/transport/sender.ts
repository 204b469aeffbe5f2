// The way of every request to DigiCert: breaker, concurrency, one exchange at most per attempt, and another attempt
// only where the retry decision allows one and the quota has room.

import type { Limits, Reservation } from '../../domain/reservation';
import type { BreakerState, ReportUpstream } from '../../domain/upstream-event';
import type { Clock } from '../../lib/clock';
import { type Deadline, waitWithin } from '../../lib/deadline';
import { type CallResult, CircuitBreaker, type Permit } from './circuit-breaker';
import type { Attempted, Exchange, HttpRequest, Rejected } from './exchange';
import { decideRetry } from './retry';
import { readRetryAfter } from './retry-after';

/** After which to come back where all connections are taken, and the queue for them is full. */
const BUSY_RETRY_AFTER_SECONDS = 1;

interface SenderOptions {
  readonly clock: Clock;
  /** From 0 up to 1. */
  readonly random: () => number;
  /** Makes a request, at most once. */
  readonly exchange: (request: HttpRequest, deadline: Deadline) => Promise<Attempted>;
  /** Requests at a time. As many again may wait for one of them to end. */
  readonly concurrency: number;
  /** Milliseconds for which DigiCert is not called after it has failed repeatedly; 0: never. */
  readonly breakerMs: number;
  /** Milliseconds that a caller may be kept waiting after a 429. */
  readonly maxRetryWaitMs: number;
  readonly limits: Limits;
  readonly report: ReportUpstream;
}

/** What goes with a request. */
interface SendContext {
  readonly orderId: string;
  /** Room for the first attempt. `undefined`: none was requested, as the breaker was open. */
  readonly quota: Reservation | undefined;
}

/** An exchange, and how many requests were made for it. */
export type Sent = Exchange & { readonly attempts: number };

export class Sender {
  readonly #options: SenderOptions;
  readonly #breaker: CircuitBreaker;
  #inFlight = 0;

  constructor(options: SenderOptions) {
    this.#options = options;
    this.#breaker = new CircuitBreaker({
      clock: options.clock,
      openMs: options.breakerMs,
      onChange: (to) => options.report({ kind: 'breaker-changed', to }),
    });
  }

  get breakerState(): BreakerState {
    return this.#breaker.state;
  }

  /** Whether a request would be accepted at this moment. */
  get isAvailable(): boolean {
    return this.#breaker.isLettingThrough;
  }

  /** Requests that are on their way, or wait for a connection. */
  get inFlight(): number {
    return this.#inFlight;
  }

  async send(request: HttpRequest, context: SendContext, deadline: Deadline): Promise<Sent> {
    const { clock, random, limits, maxRetryWaitMs, report } = this.#options;
    let { quota } = context;
    for (let attempts = 0; ; ) {
      const exchange = await this.#attempt(request, { ...context, quota }, deadline);
      if (exchange.kind === 'rejected') {
        report({ kind: 'rejected', reason: exchange.reason });
        return { ...exchange, attempts };
      }
      attempts += 1;
      const nowMs = clock.now();
      if (exchange.kind === 'response' && exchange.status === 429) {
        limits.block(readRetryAfter(exchange, nowMs));
      }
      const decision = decideRetry({
        exchange,
        attempt: attempts,
        nowMs,
        leftMs: deadline.isExpired ? 0 : deadline.atMs - clock.monotonicMs(),
        maxWaitMs: maxRetryWaitMs,
        random: random(),
      });
      if (!decision.retry) {
        return { ...exchange, attempts };
      }
      report({ kind: 'retrying', cause: decision.cause });
      await waitWithin(clock, decision.afterMs, deadline);
      if (deadline.isExpired) {
        return { ...exchange, attempts };
      }
      const reserved = await limits.reserve({ quota: this.isAvailable }, deadline);
      if (!reserved.ok) {
        const { retryAfterSeconds } = reserved;
        return { kind: 'rejected', reason: 'quota', retryAfterSeconds, attempts };
      }
      quota = reserved.quota;
    }
  }

  /** Rejected requests use up nothing. A bound is checked and reserved in one turn, or it would bound nothing. */
  #attempt(
    request: HttpRequest,
    { orderId, quota }: SendContext,
    deadline: Deadline,
  ): Attempted | Rejected | Promise<Attempted> {
    if (this.#inFlight >= 2 * this.#options.concurrency) {
      quota?.release();
      const retryAfterSeconds = BUSY_RETRY_AFTER_SECONDS;
      return { kind: 'rejected', reason: 'concurrency', retryAfterSeconds };
    }
    const permit = quota && this.#breaker.permit();
    if (!permit) {
      quota?.release();
      return { kind: 'rejected', reason: 'breaker' };
    }
    this.#inFlight += 1;
    return this.#exchange(request, { orderId, quota, permit }, deadline);
  }

  async #exchange(
    request: HttpRequest,
    { orderId, quota, permit }: { orderId: string; quota: Reservation; permit: Permit },
    deadline: Deadline,
  ): Promise<Attempted> {
    const { clock, exchange, report } = this.#options;
    const startedAtMs = clock.monotonicMs();
    let attempted: Attempted | undefined;
    try {
      attempted = await exchange(request, deadline);
    } finally {
      this.#inFlight -= 1;
      permit.end(toCallResult(orderId, attempted));
    }
    if (attempted.kind === 'not-sent') {
      quota.release();
    } else {
      quota.commit();
    }
    const result =
      attempted.kind === 'response'
        ? { status: attempted.status }
        : { errorCode: attempted.errorCode };
    const durationMs = clock.monotonicMs() - startedAtMs;
    report({ kind: 'exchanged', method: request.method, result, durationMs });
    return attempted;
  }
}

/** Distinguishes failures of DigiCert from responses that only refuse. */
function toCallResult(orderId: string, attempted: Attempted | undefined): CallResult {
  if (attempted?.kind === 'response' && attempted.status < 500) {
    return { failed: false };
  }
  // The order may be the cause of a failure; its number may have leading zeros.
  return attempted?.kind === 'not-sent'
    ? { failed: true }
    : { failed: true, orderId: orderId.replace(/^0+/, '') };
}
