// What is counted, by Prometheus' conventions: base units, `_total` for what only grows. Labels come from
// fixed sets, never from what a caller typed.
import { Counter, Histogram, type Registry } from 'prom-client';
import { REFUSAL_REASONS } from '../../domain/refusal-reason';
import { REJECTION_REASONS, RETRY_CAUSES } from '../../domain/upstream-event';
import { READ_DETAILS, RESEND_DETAILS } from './series';

export const PREFIX = 'dv_email_gateway_';

/** Seconds. A call takes as long as DigiCert does, 10 s at most by default. */
const DURATION_BUCKETS = [0.05, 0.1, 0.25, 0.5, 1, 2, 3, 5, 7.5, 10, 15, 30];

/** Seconds. A request waits 2 s at most by default. */
const WAIT_BUCKETS = [0.001, 0.01, 0.1, 0.25, 0.5, 1, 2, 5];

export function createInstruments(registry: Registry) {
  const registers = [registry];
  const createCounter = createCounterFactory(registers);
  return {
    useCases: {
      resend: createCounter(
        'resends_total',
        'Calls of resendDvEmails by outcome; `detail` is the reason or the scope of the outcome.',
        toOutcomes(RESEND_DETAILS),
      ),
      'read order': createCounter(
        'order_reads_total',
        'Reads of an order by outcome.',
        toOutcomes(READ_DETAILS),
      ),
      'list orders': createCounter(
        'order_lists_total',
        'Pages of the list of orders by outcome.',
        toOutcomes(READ_DETAILS),
      ),
    },
    resendDurations: new Histogram({
      name: `${PREFIX}resend_duration_seconds`,
      help: 'Time that calls of resendDvEmails took.',
      buckets: DURATION_BUCKETS,
      registers,
    }),
    exchanges: new Histogram({
      name: `${PREFIX}digicert_request_duration_seconds`,
      help: "Requests to DigiCert by method and status; `none`: no status came, the gateway's log has the reason.",
      labelNames: ['method', 'status'] as const,
      buckets: DURATION_BUCKETS,
      registers,
    }),
    retries: createCounter(
      'digicert_retries_total',
      'Requests to DigiCert made again, because the one before did nothing.',
      RETRY_CAUSES.map((cause) => ({ cause })),
    ),
    rejections: createCounter(
      'digicert_requests_rejected_total',
      'Requests to DigiCert that were not made: no quota, no connection, or the breaker is open.',
      REJECTION_REASONS.map((reason) => ({ reason })),
    ),
    refusals: createCounter(
      'auth_refused_total',
      'Requests that were refused for their credentials, by reason.',
      REFUSAL_REASONS.map((reason) => ({ reason })),
    ),
    quotaWaits: new Histogram({
      name: `${PREFIX}digicert_quota_wait_seconds`,
      help: "Time that requests waited for room in DigiCert's quota.",
      buckets: WAIT_BUCKETS,
      registers,
    }),
    unhandledRejections: new Counter({
      name: `${PREFIX}unhandled_rejections_total`,
      help: 'Promises that were rejected and that nothing awaits: bugs.',
      registers,
    }),
  };
}

function toOutcomes(detailsByOutcome: Readonly<Record<string, readonly string[]>>) {
  return Object.entries(detailsByOutcome).flatMap(([outcome, details]) =>
    details.map((detail) => ({ outcome, detail })),
  );
}

/** Counters whose series, all that there may ever be, are there from the start. */
function createCounterFactory(registers: Registry[]) {
  return <Label extends string>(
    name: string,
    help: string,
    series: readonly Readonly<Record<Label, string>>[],
  ) => {
    const labelNames = Object.keys(series[0] ?? {}) as Label[];
    const counter = new Counter({ name: `${PREFIX}${name}`, help, labelNames, registers });
    for (const labels of series) {
      counter.inc(labels, 0);
    }
    return counter;
  };
}
