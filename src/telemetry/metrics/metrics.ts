// Counts what happens: in the use cases, and on the way to DigiCert.
import { collectDefaultMetrics, Registry } from 'prom-client';
import type { RefusalReason } from '../../domain/refusal-reason';
import type { UpstreamEvent } from '../../domain/upstream-event';
import type { UseCaseCompleted, UseCaseOutcome } from '../../domain/use-case-events';
import { createInstruments } from './instruments';
import { type MeasuredState, watchState } from './state';

export function createMetrics() {
  const registry = new Registry();
  collectDefaultMetrics({ register: registry });
  const instruments = createInstruments(registry);
  return {
    registry,
    observeUpstream(event: UpstreamEvent): void {
      switch (event.kind) {
        case 'exchanged': {
          const { method, result, durationMs } = event;
          const status = 'status' in result ? String(result.status) : 'none';
          instruments.exchanges.observe({ method, status }, durationMs / 1_000);
          break;
        }
        case 'retrying':
          instruments.retries.inc({ cause: event.cause });
          break;
        case 'rejected':
          instruments.rejections.inc({ reason: event.reason });
          break;
        case 'quota-waited':
          instruments.quotaWaits.observe(event.waitedMs / 1_000);
          break;
        case 'breaker-changed':
          // The state itself is read at a scrape.
          break;
      }
    },
    observeUseCase({ useCase, outcome, durationMs }: UseCaseCompleted): void {
      const labels = { outcome: outcome?.kind ?? 'unexpected-error', detail: toDetail(outcome) };
      instruments.useCases[useCase].inc(labels);
      if (useCase === 'resend') {
        instruments.resendDurations.observe(durationMs / 1_000);
      }
    },
    countRefusal: (reason: RefusalReason) => instruments.refusals.inc({ reason }),
    countUnhandledRejection: () => instruments.unhandledRejections.inc(),
    watch: (state: MeasuredState) => watchState(state, registry),
  };
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
