// Counts what happens: around the use cases, and on the way to DigiCert.
import { type Counter, collectDefaultMetrics, Registry } from 'prom-client';
import type { OrderReadOutcome } from '../../domain/certificate-order';
import type { Clock } from '../../domain/clock';
import type { ResendOutcome } from '../../domain/outcome';
import type { ReadOrder } from '../../domain/read-order';
import type { Resend } from '../../domain/resend';
import type { UpstreamEvent } from '../../domain/upstream-event';
import { createInstruments } from './instruments';
import { HELD_BACK_BY, READ_DETAILS, RESEND_DETAILS, RETRY_CAUSES } from './series';
import { type MeasuredState, watchState } from './state';

export interface Metrics {
  readonly registry: Registry;
  observeUpstream(event: UpstreamEvent): void;
  measureResend(resend: Resend, clock: Clock): Resend;
  measureReadOrder(readOrder: ReadOrder): ReadOrder;
  countUnhandledRejection(): void;
  watch(state: MeasuredState): void;
}

export function createMetrics(): Metrics {
  const registry = new Registry();
  collectDefaultMetrics({ register: registry });
  const instruments = createInstruments(registry);
  const { resends, resendDurations, reads, exchanges, retries, heldBack, quotaWaits } = instruments;
  startAtZero(resends, RESEND_DETAILS);
  startAtZero(reads, READ_DETAILS);
  for (const cause of RETRY_CAUSES) {
    retries.inc({ cause }, 0);
  }
  for (const by of HELD_BACK_BY) {
    heldBack.inc({ by }, 0);
  }

  return {
    registry,
    observeUpstream(event) {
      switch (event.kind) {
        case 'exchanged': {
          const { method, result, durationMs } = event;
          const status = 'status' in result ? String(result.status) : 'none';
          exchanges.observe({ method, status }, durationMs / 1_000);
          break;
        }
        case 'retrying':
          retries.inc({ cause: event.cause });
          break;
        case 'held-back':
          heldBack.inc({ by: event.by });
          break;
        case 'quota-waited':
          quotaWaits.observe(event.waitedMs / 1_000);
          break;
        case 'breaker-changed':
          // The state itself is looked at when somebody asks.
          break;
      }
    },
    measureResend: (resend, clock) => async (orderId, input, caller) => {
      const startedAtMs = clock.monotonicMs();
      const observe = (outcome: string, detail: string) => {
        resends.inc({ outcome, detail });
        resendDurations.observe((clock.monotonicMs() - startedAtMs) / 1_000);
      };
      try {
        const outcome = await resend(orderId, input, caller);
        observe(outcome.kind, toDetail(outcome));
        return outcome;
      } catch (error) {
        observe('unexpected-error', '');
        throw error;
      }
    },
    measureReadOrder: (readOrder) => async (orderId, caller) => {
      try {
        const outcome = await readOrder(orderId, caller);
        reads.inc({ outcome: outcome.kind, detail: toDetail(outcome) });
        return outcome;
      } catch (error) {
        reads.inc({ outcome: 'unexpected-error', detail: '' });
        throw error;
      }
    },
    countUnhandledRejection: () => instruments.unhandledRejections.inc(),
    watch: (state) => watchState(state, registry),
  };
}

function startAtZero(
  counter: Counter<'outcome' | 'detail'>,
  outcomes: Readonly<Record<string, readonly string[]>>,
): void {
  for (const [outcome, details] of Object.entries(outcomes)) {
    for (const detail of details) {
      counter.inc({ outcome, detail }, 0);
    }
  }
}

function toDetail(outcome: ResendOutcome | OrderReadOutcome): string {
  switch (outcome.kind) {
    case 'rate-limited':
      return outcome.scope;
    case 'upstream-failed':
    case 'order-not-eligible':
      return outcome.reason;
    default:
      return '';
  }
}
