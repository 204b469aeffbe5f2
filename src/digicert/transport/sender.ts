// The way of every request to DigiCert: breaker, quota, concurrency, one exchange at most per attempt, and
// another attempt only where the retry decision allows one.
import type { Clock } from '../../domain/clock';
import { type Deadline, waitWithin } from '../../domain/deadline';
import type { DigicertQuota, QuotaPlace } from '../../domain/limits';
import type { BreakerState, ReportUpstream } from '../../domain/upstream-event';
import { CircuitBreaker, type Permit, type Verdict } from './circuit-breaker';
import type { Exchange, HttpRequest, MadeExchange, UnmadeExchange } from './exchange';
import { decideRetry } from './retry';
import { readRetryAfter } from './retry-after';

/** Whoever finds all connections taken, and the queue for them full, is told to come back after so long. */
const BUSY_RETRY_AFTER_SECONDS = 1;

export interface SenderOptions {
  readonly clock: Clock;
  /** From 0 up to 1. */
  readonly random: () => number;
  /** Makes a request, at most once. */
  readonly exchange: (request: HttpRequest, deadline: Deadline) => Promise<MadeExchange>;
  /** Requests at a time. As many again may wait for one of them to end. */
  readonly concurrency: number;
  /** Milliseconds that DigiCert is left alone for after it has failed time and again; 0: never. */
  readonly breakerMs: number;
  /** Milliseconds that a caller may be kept waiting after a 429. */
  readonly maxRetryWaitMs: number;
  readonly report: ReportUpstream;
}

/** An exchange, and how many requests were made for it. */
export type Sent = Exchange & { readonly attempts: number };

type Admission =
  | { readonly ok: true; readonly permit: Permit; readonly place: QuotaPlace }
  | { readonly ok: false; readonly refusal: UnmadeExchange };

export class Sender {
  readonly #options: SenderOptions;
  readonly #breaker: CircuitBreaker;
  #underWay = 0;

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

  /** Requests that are on their way, or wait for a connection. */
  get underWay(): number {
    return this.#underWay;
  }

  async send(request: HttpRequest, quota: DigicertQuota, deadline: Deadline): Promise<Sent> {
    const { clock, random, maxRetryWaitMs, report } = this.#options;
    for (let attempts = 0; ; ) {
      const admission = await this.#admit(quota, deadline);
      if (!admission.ok) {
        const { refusal } = admission;
        report({ kind: 'held-back', by: refusal.kind === 'no-room' ? refusal.of : 'breaker' });
        return { ...refusal, attempts };
      }
      const exchange = await this.#make(request, admission, deadline);
      attempts += 1;
      if (exchange.kind === 'answered' && exchange.status === 429) {
        quota.shut(readRetryAfter(exchange, clock.now()));
      }
      const nowMs = clock.now();
      const decision = decideRetry({
        exchange,
        attempt: attempts,
        nowMs,
        leftMs: deadline.hasPassed ? 0 : deadline.atMs - nowMs,
        maxWaitMs: maxRetryWaitMs,
        random: random(),
      });
      if (!decision.retry) {
        return { ...exchange, attempts };
      }
      report({ kind: 'retrying', cause: decision.cause });
      await waitWithin(clock, decision.afterMs, deadline);
      if (deadline.hasPassed) {
        return { ...exchange, attempts };
      }
    }
  }

  /** Nobody is kept waiting who will be sent away, and nobody who is sent away has used anything up. */
  async #admit(quota: DigicertQuota, deadline: Deadline): Promise<Admission> {
    const { clock, concurrency, report } = this.#options;
    if (!this.#breaker.isLettingThrough) {
      return { ok: false, refusal: { kind: 'breaker-open' } };
    }
    const askedAtMs = clock.now();
    const taken = await quota.take(deadline);
    report({ kind: 'quota-waited', waitedMs: clock.now() - askedAtMs });
    if (!taken.ok) {
      const { retryAfterSeconds } = taken;
      return { ok: false, refusal: { kind: 'no-room', of: 'quota', retryAfterSeconds } };
    }
    const { place } = taken;
    if (this.#underWay >= 2 * concurrency) {
      place.giveBack();
      const retryAfterSeconds = BUSY_RETRY_AFTER_SECONDS;
      return { ok: false, refusal: { kind: 'no-room', of: 'concurrency', retryAfterSeconds } };
    }
    const permit = this.#breaker.permit();
    if (!permit) {
      place.giveBack();
      return { ok: false, refusal: { kind: 'breaker-open' } };
    }
    return { ok: true, permit, place };
  }

  async #make(
    request: HttpRequest,
    { permit, place }: Admission & { ok: true },
    deadline: Deadline,
  ): Promise<MadeExchange> {
    const { clock, exchange, report } = this.#options;
    const startedAtMs = clock.now();
    let made: MadeExchange | undefined;
    this.#underWay += 1;
    try {
      made = await exchange(request, deadline);
    } finally {
      this.#underWay -= 1;
      permit.end(toVerdict(request, made));
    }
    if (made.kind === 'not-sent') {
      place.giveBack();
    } else {
      place.use();
    }
    const result =
      made.kind === 'answered' ? { status: made.status } : { errorCode: made.errorCode };
    const durationMs = clock.now() - startedAtMs;
    report({ kind: 'exchanged', method: request.method, result, durationMs });
    return made;
  }
}

/** Tells signs that DigiCert is not well from answers nobody likes. */
function toVerdict({ path }: HttpRequest, made: MadeExchange | undefined): Verdict {
  if (made?.kind === 'answered' && made.status < 500) {
    return { failed: false };
  }
  // What came of a request may be the order's fault, and there are several paths to one order.
  const order = /\/(\d+)(?:\/|$)/.exec(path)?.[1]?.replace(/^0+/, '');
  return made?.kind === 'not-sent' ? { failed: true } : { failed: true, blames: order };
}
