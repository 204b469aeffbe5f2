// What is seen from outside, put together: log, metrics and traces around the use cases. Metrics and traces
// are loaded only when they are enabled, so that they cost nothing otherwise.
import type { Logger } from 'pino';
import type { RefusalReason } from '../domain/refusal-reason';
import type { BreakerState, UpstreamEvent } from '../domain/upstream-event';
import type { ObserveUseCase, UseCaseCompleted } from '../domain/use-case-events';
import type { Clock } from '../lib/clock';
import { CodedError } from '../lib/coded-error';
import { type AuditSettings, createAudit } from './audit';
import { startMetricsServer } from './metrics/metrics-server';
import type { MeasuredState } from './metrics/state';
import type { TracingOptions } from './tracing/tracing';

interface TelemetrySettings {
  readonly host: string;
  /** `undefined`: nothing is measured. */
  readonly metricsPort: number | undefined;
  readonly tracing: boolean;
  readonly audit: AuditSettings;
}

export interface TelemetryDependencies extends TracingOptions {
  /** Whether what is logged can still be read. Default: always. */
  readonly isLogRead?: () => boolean;
}

const LOG_UNREAD = new CodedError(
  'SERVICE_UNAVAILABLE',
  'This instance cannot log what it does, so nothing was sent: send the request again, to another one.',
  { status: 503 },
);

export type Telemetry = ReturnType<typeof startTelemetry>;

export function startTelemetry(
  { host, metricsPort, tracing: isTracing, audit }: TelemetrySettings,
  { isLogRead = () => true, ...options }: TelemetryDependencies,
) {
  const { log, clock } = options;
  const metrics = metricsPort === undefined ? undefined : loadMetrics().createMetrics();
  const tracing = isTracing ? loadTracing().startTracing(options) : undefined;
  const logStarted = createAudit(audit, log);
  const reportRejection = createRejectionReport(log, clock);
  let closeServer = async () => {};

  const findOutage = () => (isLogRead() ? undefined : LOG_UNREAD);
  const observe: ObserveUseCase = async (started, run) => {
    const { useCase, orderId, caller } = started;
    // Of a mutation in flight the fields that come after the one whose line could not be written.
    const outage = findOutage();
    if (outage) {
      throw outage;
    }
    const startedAtMs = clock.monotonicMs();
    const span = tracing?.startUseCase(started);
    let logCompleted: ((completed: UseCaseCompleted) => void) | undefined;
    let result: Awaited<ReturnType<typeof run>> | undefined;
    try {
      logCompleted = logStarted(started);
      result = await (span ? span.run(run) : run());
      return result.outcome;
    } finally {
      // Written out: a copy to which something is added takes V8 longer than all else here.
      const completed = {
        useCase,
        orderId,
        caller,
        outcome: result?.outcome,
        request: result?.request,
        durationMs: clock.monotonicMs() - startedAtMs,
      };
      metrics?.observeUseCase(completed);
      span?.end(completed);
      // Last: it writes to a stream, which may fail.
      logCompleted?.(completed);
    }
  };

  return {
    observeUpstream: (event: UpstreamEvent) => {
      logUpstream(log, event);
      metrics?.observeUpstream(event);
    },
    observe,
    /** Why nothing is run, if so. */
    findOutage,
    apolloPlugins: tracing ? [tracing.plugin] : [],
    instrument: tracing?.instrument,
    watchState: (state: Omit<MeasuredState, 'isLogRead'>) =>
      metrics?.watch({ ...state, isLogRead }),
    countRefusal: (reason: RefusalReason) => metrics?.countRefusal(reason),
    /** For a rejection that nothing awaits: counts it, and logs it unless another one was logged a moment ago. */
    reportUnhandledRejection: (reason: unknown) => {
      metrics?.countUnhandledRejection();
      reportRejection(reason);
    },
    /** Serves the metrics, if they are enabled; resolves with where. */
    listen: async () => {
      if (metrics === undefined || metricsPort === undefined) {
        return undefined;
      }
      const server = await startMetricsServer(metrics.registry, { host, port: metricsPort, log });
      closeServer = server.close;
      return server.url;
    },
    close: async () => {
      await closeServer();
      await tracing?.close();
    },
  };
}

const BREAKER_MESSAGES: Readonly<Record<BreakerState, string>> = {
  open: 'DigiCert fails repeatedly: it is not called for a while, and callers get a response at once',
  'half-open': 'one request finds out whether DigiCert is back',
  closed: 'DigiCert works again',
};

function logUpstream(log: Logger, event: UpstreamEvent): void {
  if (event.kind === 'breaker-changed') {
    const fields = { event: 'digicert.breaker-changed', state: event.to };
    log[event.to === 'open' ? 'error' : 'info'](fields, BREAKER_MESSAGES[event.to]);
  }
}

/** Milliseconds between two lines about rejections: what causes one may cause a thousand. */
const REJECTION_LOG_INTERVAL_MS = 1_000;

function createRejectionReport(log: Logger, clock: Clock): (reason: unknown) => void {
  let quietUntilMs = Number.NEGATIVE_INFINITY;
  let omitted = 0;
  return (reason) => {
    if (clock.monotonicMs() < quietUntilMs) {
      omitted += 1;
      return;
    }
    quietUntilMs = clock.monotonicMs() + REJECTION_LOG_INTERVAL_MS;
    log.error(
      { event: 'gateway.rejection-unhandled', omitted, err: reason },
      'a promise was rejected and nothing awaits it: the gateway goes on',
    );
    omitted = 0;
  };
}

function loadMetrics() {
  return require('./metrics/metrics') as typeof import('./metrics/metrics');
}

function loadTracing() {
  return require('./tracing/tracing') as typeof import('./tracing/tracing');
}
