// Where spans begin and end. Those of requests to DigiCert are undici's instrumentation's.
import type { ApolloServerPlugin } from '@apollo/server';
import {
  type Context,
  context,
  ROOT_CONTEXT,
  SpanKind,
  SpanStatusCode,
  type Tracer,
  trace,
} from '@opentelemetry/api';
import { parseTraceParent } from '@opentelemetry/core';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import type { Caller } from '../../domain/caller';
import type { UseCaseCompleted, UseCaseStarted } from '../../domain/use-case-events';
import { toOrderField } from '../audit';

/** Characters of an operation's name, which its client chose. */
const MAX_NAME_LENGTH = 100;

/** A client chooses the method too, within what the route takes. */
const ROUTE = '/graphql';

export function createSpans(tracer: Tracer) {
  /** The operation a caller's fields belong to. Apollo Server has no hook around execution. */
  const operations = new WeakMap<Caller, Context>();

  return {
    /** Hooks for the server: a span for each request of GraphQL. */
    instrument: (server: FastifyInstance) => instrument(server, tracer),
    /** For Apollo Server: a span for each operation. */
    plugin: {
      requestDidStart: async ({ contextValue: { caller } }) => {
        const parent = context.active();
        const span = tracer.startSpan('GraphQL operation', {}, parent);
        operations.set(caller, trace.setSpan(parent, span));
        return {
          didResolveOperation: async ({ operation, operationName }) => {
            const type = operation?.operation ?? 'query';
            const name = operationName?.slice(0, MAX_NAME_LENGTH);
            span.updateName(name ? `${type} ${name}` : type);
            span.setAttributes({
              'graphql.operation.type': type,
              ...(name && { 'graphql.operation.name': name }),
            });
          },
          didEncounterErrors: async () => {
            span.setStatus({ code: SpanStatusCode.ERROR });
          },
          willSendResponse: async () => span.end(),
        };
      },
    } satisfies ApolloServerPlugin<{ readonly caller: Caller }>,
    startUseCase: ({ useCase, orderId, caller }: UseCaseStarted) => {
      const parent = operations.get(caller) ?? context.active();
      const attributes = {
        'dv_email_gateway.correlation_id': caller.correlationId,
        'dv_email_gateway.order_id': toOrderField(orderId),
      };
      const span = tracer.startSpan(useCase, { attributes }, parent);
      return {
        /** The spans of requests that the use case makes to DigiCert are children of its own. */
        run: <Result>(run: () => Result) => context.with(trace.setSpan(parent, span), run),
        end: ({ outcome }: UseCaseCompleted) => {
          if (outcome) {
            span.setAttribute('dv_email_gateway.outcome', outcome.kind);
            if ('reason' in outcome) {
              span.setAttribute('dv_email_gateway.reason', outcome.reason);
            }
          }
          if (!outcome || outcome.kind === 'upstream-failed') {
            span.setStatus({ code: SpanStatusCode.ERROR });
          }
          span.end();
        },
      };
    },
  };
}

/** The span of the caller's, if it names one. Its `tracestate` and `baggage` are for others, and are not read. */
function toCallersContext(traceparent: string | string[] | undefined): Context {
  const span = typeof traceparent === 'string' ? parseTraceParent(traceparent) : null;
  return span ? trace.setSpanContext(ROOT_CONTEXT, { ...span, isRemote: true }) : ROOT_CONTEXT;
}

function instrument(server: FastifyInstance, tracer: Tracer): void {
  const contexts = new WeakMap<FastifyRequest, Context>();
  server.addHook('onRequest', async (request, reply) => {
    if (request.routeOptions.url !== ROUTE) {
      return;
    }
    const parent = toCallersContext(request.headers.traceparent);
    const attributes = { 'http.request.method': request.method, 'http.route': ROUTE };
    const kind = SpanKind.SERVER;
    const span = tracer.startSpan(`${request.method} ${ROUTE}`, { kind, attributes }, parent);
    contexts.set(request, trace.setSpan(parent, span));
    // Also when the client hangs up.
    reply.raw.once('close', () => {
      const { statusCode } = reply.raw;
      span.setAttribute('http.response.status_code', statusCode);
      if (statusCode >= 500) {
        span.setStatus({ code: SpanStatusCode.ERROR });
      }
      span.end();
    });
  });
  // Once the body is there: what is read from a socket does not know whose it is.
  server.addHook('preHandler', (request, _reply, done) => {
    context.with(contexts.get(request) ?? context.active(), done);
  });
}
