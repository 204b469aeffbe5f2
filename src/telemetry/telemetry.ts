// What is seen from outside, put together: log, metrics and traces around the use cases. Metrics and traces
// are loaded only when they are asked for, so that nobody else pays for them.
import type { ApolloServerPlugin } from '@apollo/server';
import type { FastifyInstance } from 'fastify';
import type { Logger } from 'pino';
import type { Caller } from '../domain/caller';
import type { Clock } from '../domain/clock';
import type { ReadOrder } from '../domain/read-order';
import type { Resend } from '../domain/resend';
import type { ReportUpstream } from '../domain/upstream-event';
import { type AuditSettings, auditResend } from './audit';
import { logReadOrder } from './log-read-order';
import { logUpstream } from './log-upstream';
import { startMetricsServer } from './metrics/metrics-server';
import type { MeasuredState } from './metrics/state';

export interface TelemetrySettings {
  readonly host: string;
  /** `undefined`: nothing is measured. */
  readonly metricsPort: number | undefined;
  readonly tracing: boolean;
  readonly audit: AuditSettings;
}

export interface TelemetryDependencies {
  readonly name: string;
  readonly version: string;
  readonly log: Logger;
  readonly clock: Clock;
}

export interface Telemetry {
  readonly observeUpstream: ReportUpstream;
  watchResend(resend: Resend): Resend;
  watchReadOrder(readOrder: ReadOrder): ReadOrder;
  readonly apolloPlugins: readonly ApolloServerPlugin<{ readonly caller: Caller }>[];
  readonly instrument: ((server: FastifyInstance) => void) | undefined;
  watchState(state: MeasuredState): void;
  /** Serves the metrics, if they are asked for; resolves with where. */
  listen(): Promise<string | undefined>;
  close(): Promise<void>;
}

export function startTelemetry(
  { host, metricsPort, tracing: isTracing, audit }: TelemetrySettings,
  { name, version, log, clock }: TelemetryDependencies,
): Telemetry {
  const metrics = metricsPort === undefined ? undefined : loadMetrics().createMetrics();
  const tracing = isTracing ? loadTracing().startTracing({ name, version, log, clock }) : undefined;
  let closeServer = async () => {};
  return {
    observeUpstream: (event) => {
      logUpstream(log, event);
      metrics?.observeUpstream(event);
    },
    watchResend: (resend) => {
      const audited = auditResend(resend, audit, { log, clock });
      const measured = metrics?.measureResend(audited, clock) ?? audited;
      return tracing?.traceResend(measured) ?? measured;
    },
    watchReadOrder: (readOrder) => {
      const logged = logReadOrder(readOrder, log, clock);
      const measured = metrics?.measureReadOrder(logged) ?? logged;
      return tracing?.traceReadOrder(measured) ?? measured;
    },
    apolloPlugins: tracing ? [tracing.plugin] : [],
    instrument: tracing?.instrument,
    watchState: (state) => metrics?.watch(state),
    listen: async () => {
      if (metrics === undefined || metricsPort === undefined) {
        return undefined;
      }
      const { registry } = metrics;
      const server = await startMetricsServer({
        host,
        port: metricsPort,
        registry,
        log,
      });
      closeServer = server.close;
      return server.url;
    },
    close: async () => {
      await closeServer();
      await tracing?.close();
    },
  };
}

function loadMetrics() {
  return require('./metrics/metrics') as typeof import('./metrics/metrics');
}

function loadTracing() {
  return require('./tracing/tracing') as typeof import('./tracing/tracing');
}
