// What is counted, by Prometheus' conventions: base units, `_total` for what only grows. Labels come from
// fixed sets, never from what a caller typed.
import { Counter, Histogram, type Registry } from 'prom-client';

export const PREFIX = 'dv_email_gateway_';

/** Seconds. A call takes as long as DigiCert does, 10 s at most by default. */
const DURATION_BUCKETS = [0.05, 0.1, 0.25, 0.5, 1, 2, 3, 5, 7.5, 10, 15, 30];

/** Seconds. A request waits 2 s at most by default. */
const WAIT_BUCKETS = [0.001, 0.01, 0.1, 0.25, 0.5, 1, 2, 5];

export function createInstruments(registry: Registry) {
  const registers = [registry];
  return {
    resends: new Counter({
      name: `${PREFIX}resends_total`,
      help: 'Calls of resendDvEmails by outcome; `detail` is the reason or the scope of the outcome.',
      labelNames: ['outcome', 'detail'] as const,
      registers,
    }),
    resendDurations: new Histogram({
      name: `${PREFIX}resend_duration_seconds`,
      help: 'Time that calls of resendDvEmails took.',
      buckets: DURATION_BUCKETS,
      registers,
    }),
    reads: new Counter({
      name: `${PREFIX}order_reads_total`,
      help: 'Reads of an order by outcome.',
      labelNames: ['outcome', 'detail'] as const,
      registers,
    }),
    lists: new Counter({
      name: `${PREFIX}order_lists_total`,
      help: 'Pages of the list of orders by outcome.',
      labelNames: ['outcome', 'detail'] as const,
      registers,
    }),
    exchanges: new Histogram({
      name: `${PREFIX}digicert_request_duration_seconds`,
      help: "Requests to DigiCert by method and status; `none`: no status came, the gateway's log has the reason.",
      labelNames: ['method', 'status'] as const,
      buckets: DURATION_BUCKETS,
      registers,
    }),
    retries: new Counter({
      name: `${PREFIX}digicert_retries_total`,
      help: 'Requests to DigiCert made again, because the one before did nothing.',
      labelNames: ['cause'] as const,
      registers,
    }),
    rejections: new Counter({
      name: `${PREFIX}digicert_requests_rejected_total`,
      help: 'Requests to DigiCert that were not made: no quota, no connection, or the breaker is open.',
      labelNames: ['reason'] as const,
      registers,
    }),
    refusals: new Counter({
      name: `${PREFIX}auth_refused_total`,
      help: 'Requests that were refused for their credentials, by reason.',
      labelNames: ['reason'] as const,
      registers,
    }),
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
