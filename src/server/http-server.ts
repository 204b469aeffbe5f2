// The HTTP server: GraphQL, health, and a JSON answer for everything else.
import type { ApolloServer, BaseContext } from '@apollo/server';
import fastifyApollo from '@as-integrations/fastify';
import Fastify, {
  type FastifyBaseLogger,
  type FastifyInstance,
  type FastifyRequest,
  LogController,
} from 'fastify';
import type { Logger } from 'pino';
import { type BrowserPolicy, registerBrowserPolicy } from './browser-policy';
import {
  addCorrelationId,
  answerClientError,
  BAD_HOST,
  createNotFoundHandler,
  DOCUMENT_NOT_LISTED,
  handleError,
  sendHttpError,
  UNSUPPORTED_MEDIA_TYPE,
} from './http-errors';
import { REQUEST_ID_HEADER, toRequestId } from './request-id';

export interface HttpServerOptions<Context extends BaseContext> {
  /** Started already. */
  readonly apollo: ApolloServer<Context>;
  /** What resolvers are told of a request. */
  readonly context: (correlationId: string) => Context;
  readonly log: Logger;
  /** Bytes of a request body. */
  readonly maxBodyBytes: number;
  /** Milliseconds in which a request must have arrived whole. */
  readonly requestTimeoutMs: number;
  /** Milliseconds that requests in flight have to be answered once the server closes. */
  readonly drainTimeoutMs: number;
  readonly browser: BrowserPolicy;
  /** Set: whether a document, sent as text, is listed. */
  readonly isListedDocument?: ((document: string) => boolean) | undefined;
}

/** Longer than load balancers keep an idle connection (60 s is common), so that they close it, not we. */
const KEEP_ALIVE_TIMEOUT_MS = 72_000;

/** Bytes of request headers; room for a large token. */
const MAX_HEADER_BYTES = 16 * 1024;

/** How often late requests are looked for. */
const CONNECTIONS_CHECK_INTERVAL_MS = 500;

export const GRAPHQL_PATH = '/graphql';

const METHODS_BY_PATH = new Map([
  [GRAPHQL_PATH, ['GET', 'POST']],
  ['/livez', ['GET', 'HEAD']],
  ['/readyz', ['GET', 'HEAD']],
]);

export async function createHttpServer<Context extends BaseContext>(
  options: HttpServerOptions<Context>,
): Promise<FastifyInstance> {
  const server = Fastify({
    loggerInstance: toFastifyLogger(options.log),
    logController: new LogController({ disableRequestLogging: true }),
    genReqId: (request) => toRequestId(request.headers),
    bodyLimit: options.maxBodyBytes,
    requestTimeout: options.requestTimeoutMs,
    keepAliveTimeout: KEEP_ALIVE_TIMEOUT_MS,
    http: {
      headersTimeout: options.requestTimeoutMs,
      connectionsCheckingInterval: CONNECTIONS_CHECK_INTERVAL_MS,
      maxHeaderSize: MAX_HEADER_BYTES,
      // Node would answer a missing Host with an empty 400 of its own.
      requireHostHeader: false,
    },
    clientErrorHandler: answerClientError,
    frameworkErrors: handleError,
  });
  server.setErrorHandler(handleError);
  const answerNotFound = createNotFoundHandler(METHODS_BY_PATH);
  server.setNotFoundHandler(answerNotFound);
  // JSON is the one body taken; a form or plain text could be posted by any page without a preflight.
  server.removeContentTypeParser('text/plain');

  server.addHook('onRequest', async (request, reply) => {
    reply.header(REQUEST_ID_HEADER, request.id);
    const { host } = request.headers;
    if (host === undefined || !URL.canParse(`http://${host}`)) {
      return sendHttpError(reply, BAD_HOST);
    }
    if (request.headers['content-encoding'] !== undefined) {
      return sendHttpError(reply, UNSUPPORTED_MEDIA_TYPE);
    }
    if (request.method === 'OPTIONS' && !isPreflight(request)) {
      return answerNotFound(request, reply);
    }
  });
  registerDrain(server, options.drainTimeoutMs);
  await registerBrowserPolicy(server, options.browser);
  await registerGraphql(server, options);
  server.get('/livez', async () => ({ status: 'ok' }));
  server.get('/readyz', async () => ({ status: 'ok' }));
  return server;
}

async function registerGraphql<Context extends BaseContext>(
  parent: FastifyInstance,
  { apollo, context, isListedDocument }: HttpServerOptions<Context>,
): Promise<void> {
  await parent.register(async (server) => {
    if (isListedDocument) {
      server.addHook('preHandler', async (request, reply) => {
        const { query } = (request.body ?? request.query) as { query?: unknown };
        if (typeof query === 'string' && !isListedDocument(query)) {
          return sendHttpError(reply, DOCUMENT_NOT_LISTED);
        }
      });
    }
    server.addHook('onSend', async (request, reply, payload) =>
      reply.statusCode >= 400 && typeof payload === 'string'
        ? addCorrelationId(payload, request.id)
        : payload,
    );
    await server.register(fastifyApollo(apollo), {
      path: GRAPHQL_PATH,
      method: ['GET', 'POST'],
      context: async (request) => context(request.id),
    });
  });
}

/** On close: answers what is in flight, within a bound, then ends every connection, idle or half open. */
function registerDrain(server: FastifyInstance, drainTimeoutMs: number): void {
  let inFlight = 0;
  let onIdle: (() => void) | undefined;
  server.addHook('onRequest', async (_request, reply) => {
    inFlight += 1;
    reply.raw.once('close', () => {
      inFlight -= 1;
      if (inFlight === 0) {
        onIdle?.();
      }
    });
  });
  server.addHook('preClose', async () => {
    if (inFlight > 0) {
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, drainTimeoutMs);
        onIdle = () => {
          clearTimeout(timer);
          resolve();
        };
      });
    }
    server.server.closeAllConnections();
  });
}

function isPreflight({ headers }: FastifyRequest): boolean {
  return headers.origin !== undefined && headers['access-control-request-method'] !== undefined;
}

/** Fastify's own news below a warning, such as "listening", would come beside our events of fixed names. */
function toFastifyLogger(log: Logger): FastifyBaseLogger {
  return log.child({}, { level: log.isLevelEnabled('warn') ? 'warn' : log.level });
}
