// The way of every request to DigiCert: breaker, concurrency, one exchange at most per attempt, and another attempt
// only where the retry decision allows one and the quota has room.
import type { Limits, Reservation } from '../../domain/reservation';
import type { ReportUpstream } from '../../domain/upstream-event';
import type { Clock } from '../../lib/clock';
import { waitWithin } from '../../lib/deadline';
import type { CallResult, CircuitBreaker } from './circuit-breaker';
import type { ClientPool } from './client-pool';
import { type Attempted, type Exchange, exchangeOnce, type HttpRequest } from './exchange';
import { decideRetry } from './retry';
import { readRetryAfter } from './retry-after';

/** After which to come back where all connections are taken, and the queue for them is full. */
const BUSY_RETRY_AFTER_SECONDS = 1;

export interface SenderOptions {
  readonly clock: Clock;
  /** From 0 up to 1. */
  readonly random: () => number;
  /** Every request to DigiCert counts, for a resend or a read. */
  readonly limits: Limits;
  readonly report: ReportUpstream;
  readonly transport: TransportSettings;
}

interface TransportSettings {
  /** Requests to DigiCert at a time; as many again may wait for one of them to end. */
  readonly concurrency: number;
  /** Milliseconds for which DigiCert is not called after it has failed repeatedly; 0: never. */
  readonly breakerMs: number;
  /** Milliseconds that a caller may be kept waiting after a 429. */
  readonly maxRetryWaitMs: number;
}

/** What goes with a request. */
export interface SendContext {
  /** The order it is about, or what else may be at fault when DigiCert fails. */
  readonly subject: string;
  /** Room for the first attempt. `undefined`: none was requested, as the breaker was open. */
  readonly quota: Reservation | undefined;
  /** Of the response's body. */
  readonly maxBytes?: number | undefined;
}

/** An exchange, and how many requests were made for it. */
export interface Sent {
  readonly exchange: Exchange;
  readonly attempts: number;
}

export class Sender {
  #inFlight = 0;
  constructor(
    private readonly options: SenderOptions,
    private readonly clients: ClientPool,
    private readonly breaker: CircuitBreaker,
  ) {}

  /** Requests that are on their way, or wait for others to end. */
  get inFlight(): number {
    return this.#inFlight;
  }

  async send(request: HttpRequest, context: SendContext): Promise<Sent> {
    const { clock, random, limits, report, transport } = this.options;
    const { deadline } = request;
    let { quota } = context;
    for (let attempts = 0; ; ) {
      const exchange = await this.#attempt(request, context, quota);
      if (exchange.kind === 'rejected') {
        report({ kind: 'rejected', reason: exchange.reason });
        return { exchange, attempts };
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
        maxWaitMs: transport.maxRetryWaitMs,
        random: random(),
      });
      if (!decision.retry) {
        return { exchange, attempts };
      }
      report({ kind: 'retrying', cause: decision.cause });
      await waitWithin(clock, decision.afterMs, deadline);
      if (deadline.isExpired) {
        return { exchange, attempts };
      }
      const reserved = await limits.reserve({ quota: this.breaker.isLettingThrough }, deadline);
      if (!reserved.ok) {
        const { retryAfterSeconds } = reserved;
        return { exchange: { kind: 'rejected', reason: 'quota', retryAfterSeconds }, attempts };
      }
      quota = reserved.quota;
    }
  }

  /** Rejected requests use up nothing. A bound is checked and reserved in one turn, or it would bound nothing. */
  async #attempt(
    request: HttpRequest,
    { subject, maxBytes }: SendContext,
    quota: Reservation | undefined,
  ): Promise<Exchange> {
    const { clock, report, transport } = this.options;
    if (this.#inFlight >= 2 * transport.concurrency) {
      quota?.release();
      const retryAfterSeconds = BUSY_RETRY_AFTER_SECONDS;
      return { kind: 'rejected', reason: 'concurrency', retryAfterSeconds };
    }
    const permit = quota && this.breaker.permit();
    if (!permit) {
      quota?.release();
      return { kind: 'rejected', reason: 'breaker' };
    }
    this.#inFlight += 1;
    const startedAtMs = clock.monotonicMs();
    let attempted: Attempted | undefined;
    const client = await this.clients.acquire(request.deadline);
    try {
      attempted = client
        ? await exchangeOnce(client, request, maxBytes)
        : { kind: 'not-sent', errorCode: 'DEADLINE' };
    } finally {
      if (client) {
        this.clients.release(client);
      }
      this.#inFlight -= 1;
      permit.end(toCallResult(subject, attempted));
    }
    if (hasNotLeft(attempted)) {
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

function hasNotLeft({ kind }: Attempted): boolean {
  return kind === 'not-sent' || kind === 'not-let-through';
}

/** Distinguishes failures of DigiCert from responses that only refuse. */
function toCallResult(subject: string, attempted: Attempted | undefined): CallResult {
  if (attempted?.kind === 'response' && attempted.status < 500) {
    return { failed: false };
  }
  // The order may be the cause of a failure; its number may have leading zeros.
  return attempted && hasNotLeft(attempted)
    ? { failed: true }
    : { failed: true, orderId: subject.replace(/^0+/, '') };
}
