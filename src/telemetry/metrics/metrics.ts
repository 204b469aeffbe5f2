// Counts what happens: in the use cases, and on the way to DigiCert.
import { type Counter, collectDefaultMetrics, Registry } from 'prom-client';
import { REFUSAL_REASONS, type RefusalReason } from '../../domain/refusal-reason';
import { REJECTION_REASONS, RETRY_CAUSES, type UpstreamEvent } from '../../domain/upstream-event';
import type { UseCaseCompleted, UseCaseOutcome } from '../../domain/use-case-events';
import { createInstruments } from './instruments';
import { READ_DETAILS, RESEND_DETAILS } from './series';
import { type MeasuredState, watchState } from './state';

export function createMetrics() {
  const registry = new Registry();
  collectDefaultMetrics({ register: registry });
  const instruments = createInstruments(registry);
  const {
    resends,
    resendDurations,
    reads,
    lists,
    exchanges,
    retries,
    rejections,
    refusals,
    quotaWaits,
  } = instruments;
  startAtZero(resends, RESEND_DETAILS);
  startAtZero(reads, READ_DETAILS);
  startAtZero(lists, READ_DETAILS);
  for (const reason of REFUSAL_REASONS) {
    refusals.inc({ reason }, 0);
  }
  for (const cause of RETRY_CAUSES) {
    retries.inc({ cause }, 0);
  }
  for (const reason of REJECTION_REASONS) {
    rejections.inc({ reason }, 0);
  }

  return {
    registry,
    observeUpstream(event: UpstreamEvent): void {
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
        case 'rejected':
          rejections.inc({ reason: event.reason });
          break;
        case 'quota-waited':
          quotaWaits.observe(event.waitedMs / 1_000);
          break;
        case 'breaker-changed':
          // The state itself is read at a scrape.
          break;
      }
    },
    observeUseCase({ useCase, outcome, durationMs }: UseCaseCompleted): void {
      const labels = { outcome: outcome?.kind ?? 'unexpected-error', detail: toDetail(outcome) };
      if (useCase === 'resend') {
        resends.inc(labels);
        resendDurations.observe(durationMs / 1_000);
      } else if (useCase === 'read order') {
        reads.inc(labels);
      } else {
        lists.inc(labels);
      }
    },
    countRefusal: (reason: RefusalReason) => refusals.inc({ reason }),
    countUnhandledRejection: () => instruments.unhandledRejections.inc(),
    watch: (state: MeasuredState) => watchState(state, registry),
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

function toDetail(outcome: UseCaseOutcome | undefined): string {
  switch (outcome?.kind) {
    case 'rate-limited':
      return outcome.scope;
    case 'access-denied':
      return outcome.permissionMissing ? 'MISSING_PERMISSION' : '';
    case 'upstream-failed':
    case 'order-not-eligible':
      return outcome.reason;
    default:
      return '';
  }
}
