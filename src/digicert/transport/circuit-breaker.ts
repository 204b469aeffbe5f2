// Stops calls to DigiCert once it has failed repeatedly, and then allows one request at a time to find out
// whether it works again. Counts, and holds no timer: time only matters when a request comes.

import type { BreakerState } from '../../domain/upstream-event';
import type { Clock } from '../../lib/clock';

/** Calls that ended longer ago say nothing about now. */
const WINDOW_MS = 30_000;

/** Ended calls that are remembered, the newest. */
const MAX_CALLS = 100;

/** Fewer calls are no ground for a result: a support page makes some in a minute. */
const MIN_CALLS = 10;

/** Share of failures among those calls from which on DigiCert is not called. */
const FAILURE_RATIO = 0.5;

/** One order on which DigiCert fails, requested again and again, is no reason to stop all calls. */
const MIN_FAILING_ORDERS = 3;

interface CircuitBreakerOptions {
  readonly clock: Clock;
  /** Milliseconds for which DigiCert is not called; 0: never. */
  readonly openMs: number;
  readonly onChange: (state: BreakerState) => void;
}

export type CallResult =
  | { readonly failed: false }
  /** `orderId`: the order that may be at fault; absent: it cannot be the order. */
  | { readonly failed: true; readonly orderId?: string };

interface EndedCall {
  readonly atMs: number;
  readonly result: CallResult;
}

type State =
  | { readonly kind: 'closed'; readonly calls: EndedCall[] }
  | { readonly kind: 'open'; readonly untilMs: number }
  /** One request is out to see. */
  | { readonly kind: 'half-open' };

/** The right to make one request, and the duty to report its outcome. */
export interface Permit {
  end(result: CallResult): void;
}

export class CircuitBreaker {
  #state: State = { kind: 'closed', calls: [] };

  constructor(private readonly options: CircuitBreakerOptions) {}

  /** Open until its time is up; from then on the next request finds out. */
  get state(): BreakerState {
    return this.#state.kind === 'open' && this.isLettingThrough ? 'half-open' : this.#state.kind;
  }

  /** Whether a request would get a permit at this moment. */
  get isLettingThrough(): boolean {
    const state = this.#state;
    return (
      state.kind === 'closed' ||
      (state.kind === 'open' && this.options.clock.monotonicMs() >= state.untilMs)
    );
  }

  /** `undefined`: the request must not be made. */
  permit(): Permit | undefined {
    if (!this.isLettingThrough) {
      return undefined;
    }
    if (this.#state.kind === 'open') {
      this.#change({ kind: 'half-open' });
    }
    const given = this.#state;
    return {
      end: (result) => {
        // What began before the state changed says nothing about it.
        if (this.#state === given) {
          this.#record(given, result);
        }
      },
    };
  }

  #record(state: State, result: CallResult): void {
    const { clock, openMs } = this.options;
    const nowMs = clock.monotonicMs();
    if (state.kind === 'closed') {
      state.calls.push({ atMs: nowMs, result });
      if (state.calls.length > MAX_CALLS) {
        state.calls.shift();
      }
    }
    const { failed } = result;
    const opens = state.kind === 'closed' ? failed && hasFailed(state.calls, nowMs) : failed;
    if (opens && openMs > 0) {
      this.#change({ kind: 'open', untilMs: nowMs + openMs });
    } else if (state.kind === 'half-open') {
      this.#change({ kind: 'closed', calls: [] });
    }
  }

  #change(state: State): void {
    this.#state = state;
    this.options.onChange(state.kind);
  }
}

function hasFailed(calls: readonly EndedCall[], nowMs: number): boolean {
  const recent = calls.filter(({ atMs }) => atMs > nowMs - WINDOW_MS);
  const failures = recent.map(({ result }) => result).filter((result) => result.failed);
  // Those that are no order's fault each stand for themselves.
  const orders = new Set(failures.map(({ orderId }) => orderId ?? {}));
  return (
    recent.length >= MIN_CALLS &&
    failures.length >= recent.length * FAILURE_RATIO &&
    orders.size >= MIN_FAILING_ORDERS
  );
}
