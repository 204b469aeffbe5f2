// Traces by OpenTelemetry: a span for the HTTP request, the GraphQL operation, the use case and each
// request to DigiCert. Loaded only when there is somewhere to send them. No span holds an email address.
import type { Agent } from 'node:http';
import { context, DiagLogLevel, diag, trace } from '@opentelemetry/api';
import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-http';
import { UndiciInstrumentation } from '@opentelemetry/instrumentation-undici';
import {
  defaultResource,
  detectResources,
  envDetector,
  resourceFromAttributes,
} from '@opentelemetry/resources';
import { BatchSpanProcessor, NodeTracerProvider } from '@opentelemetry/sdk-trace-node';
import type { Logger } from 'pino';
import { type Clock, withTimeout } from '../../lib/clock';
import { createSpans } from './spans';

/** Milliseconds that closing waits for a collector to take the last spans. */
const FLUSH_TIMEOUT_MS = 2_000;

export interface TracingOptions {
  readonly name: string;
  readonly version: string;
  readonly log: Logger;
  readonly clock: Clock;
  /** For connections to the collector that may go through a proxy. */
  readonly createHttpAgent?: ((protocol: string) => Agent) | undefined;
}

/** Endpoint, headers, sampler and resource come from OpenTelemetry's own `OTEL_...` variables. */
export function startTracing({ name, version, log, clock, createHttpAgent }: TracingOptions) {
  const report = (message: string) =>
    log.warn({ event: 'tracing.failed', reason: message.slice(0, 500) }, 'spans are lost');
  const ignore = () => {};
  diag.setLogger(
    { error: report, warn: ignore, info: ignore, debug: ignore, verbose: ignore },
    { logLevel: DiagLogLevel.ERROR, suppressOverrideMessage: true },
  );
  const provider = new NodeTracerProvider({
    resource: defaultResource()
      .merge(resourceFromAttributes({ 'service.name': name, 'service.version': version }))
      .merge(detectResources({ detectors: [envDetector] })),
    spanProcessors: [
      new BatchSpanProcessor(
        new OTLPTraceExporter(createHttpAgent && { httpAgentOptions: createHttpAgent }),
      ),
    ],
  });
  // undici's instrumentation would add to each request what a propagator says: ids and states that a caller chose.
  provider.register({ propagator: null });
  const undici = new UndiciInstrumentation();
  undici.setTracerProvider(provider);
  return {
    ...createSpans(provider.getTracer(name, version)),
    /** Sends what is left, within a bound. */
    close: async () => {
      undici.disable();
      // The exporter would try for ten seconds.
      await withTimeout(
        clock,
        FLUSH_TIMEOUT_MS,
        provider.shutdown().catch((error: Error) => report(error.message)),
        () => report(`The collector did not take the last spans within ${FLUSH_TIMEOUT_MS} ms.`),
      );
      trace.disable();
      context.disable();
      diag.disable();
    },
  };
}
