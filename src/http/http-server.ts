// The HTTP server: GraphQL, health, the explorer, and a JSON response for everything else.
import type { IncomingHttpHeaders, IncomingMessage } from 'node:http';
import Fastify, {
  type FastifyBaseLogger,
  type FastifyInstance,
  type FastifyRequest,
  LogController,
} from 'fastify';
import { CodedError } from '../lib/coded-error';
import { createNetworkCheck } from '../lib/ip-address';
import { registerCors, registerSecurityHeaders } from './browser-policy';
import { boundConnections } from './connection-bound';
import { GRAPHQL_PATH, type GraphqlRouteOptions, registerGraphql } from './graphql-route';
import { HEALTH_PATHS, type Health, registerHealth } from './health';
import { createHostCheck } from './host-check';
import {
  BAD_URL,
  createClientErrorHandler,
  createNotFoundHandler,
  HEADERS_TOO_LONG,
  handleError,
  rejectConnectAndExpect,
  UNSUPPORTED_CODING,
  UNSUPPORTED_MEDIA_TYPE,
} from './http-errors';
import { PendingResponses } from './pending-responses';
import { REQUEST_ID_HEADER, toRequestId } from './request-id';
import { registerShutdown, type ShutdownOptions } from './shutdown';

/** Something to GET at a path of its own. */
export interface Resource {
  readonly path: string;
  respond(query: object): {
    readonly headers: Readonly<Record<string, string>>;
    readonly body: string | Buffer;
  };
}

interface HttpServerOptions extends GraphqlRouteOptions, ShutdownOptions, Health {
  /** Of a request. */
  readonly maxBodyBytes: number;
  /** In which a request must have arrived whole. */
  readonly requestTimeoutMs: number;
  /** After which an idle connection is closed. */
  readonly keepAliveTimeoutMs: number;
  /** Milliseconds that a response may take at most: for so long a connection may be silent. */
  readonly responseTimeoutMs: number;
  /** For plugins that see every request: tracing. */
  readonly instrument: ((server: FastifyInstance) => void) | undefined;
  /** Origins whose pages may call, e.g. `https://app.example.com`. Empty: none. */
  readonly corsOrigins: readonly string[];
  /** The explorer's. None: there is none. */
  readonly resources: readonly Resource[];
  /** Addresses and networks whose `X-Forwarded-For` is believed. */
  readonly trustedProxies: readonly string[];
  /** Whether calls need no credentials. */
  readonly isOpen: boolean;
}

/** Bytes of request headers; room for a large token. */
const MAX_HEADER_BYTES = 16 * 1024;

const HOST = /^host$/i;

/** How often late requests are looked for. */
const CONNECTIONS_CHECK_INTERVAL_MS = 500;

const BAD_HOST = new CodedError('BAD_REQUEST', 'The Host header is missing or not well-formed.');

const MISDIRECTED = new CodedError(
  'MISDIRECTED_REQUEST',
  'Without credentials this gateway is for its own machine: call it by localhost, 127.0.0.1 or [::1], or set ROUTER_SECRET or AUTH_JWKS_URL, so that it asks for credentials.',
  { status: 421 },
);

export async function createHttpServer(options: HttpServerOptions): Promise<FastifyInstance> {
  const { resources } = options;
  const allowByPath = new Map([
    ...resources.map(({ path }) => [path, 'GET, HEAD'] as const),
    ...HEALTH_PATHS.map((path) => [path, 'GET, HEAD, OPTIONS'] as const),
    [GRAPHQL_PATH, 'GET, HEAD, POST'],
  ]);
  const pendingResponses = new PendingResponses();
  const server = createFastify(options, pendingResponses);
  boundConnections(server.server, pendingResponses);
  rejectConnectAndExpect(server.server, pendingResponses, options.corsOrigins);
  // JSON is the one body taken; a form or plain text could be posted by any page without a preflight.
  server.removeContentTypeParser('text/plain');

  // Hooks run in this order: a preflight is answered before anything asks for credentials, and CORS comes before any
  // refusal, as a page has to be able to read that nothing was sent.
  registerSecurityHeaders(server);
  const refuseWhileDraining = registerShutdown(server, pendingResponses, options);
  registerNotFound(server, allowByPath);
  await registerCors(server, options.corsOrigins);
  registerRequestChecks(server, options.isOpen);
  options.instrument?.(server);
  server.addHook('onRequest', refuseWhileDraining);
  server.addHook('preParsing', (request, _reply, _payload, done) =>
    done(findFaultOfBody(request.headers)),
  );
  await registerGraphql(server, options, resources.length > 0);
  registerHealth(server, options);
  for (const { path, respond } of resources) {
    server.get(path, async (request, reply) => {
      const { headers, body } = respond(request.query as object);
      reply.headers(headers);
      return body;
    });
  }
  return server;
}

function createFastify(
  options: HttpServerOptions,
  pendingResponses: PendingResponses,
): FastifyInstance {
  const { log, trustedProxies } = options;
  // Fastify's own news below a warning, such as "listening", would come beside our events of fixed names.
  const level = log.isLevelEnabled('warn') ? 'warn' : log.level;
  const server = Fastify({
    loggerInstance: log.child({}, { level }) as FastifyBaseLogger,
    logController: new LogController({ disableRequestLogging: true }),
    // Every event names its correlation id itself.
    childLoggerFactory: (logger) => logger,
    rewriteUrl: normalizeRequest,
    genReqId: (request) => toRequestId(request.headers),
    // Not the list itself: proxies write each other's addresses with a port too.
    trustProxy: trustedProxies.length > 0 && createNetworkCheck(trustedProxies),
    bodyLimit: options.maxBodyBytes,
    requestTimeout: options.requestTimeoutMs,
    connectionTimeout: options.responseTimeoutMs,
    keepAliveTimeout: options.keepAliveTimeoutMs,
    http: {
      headersTimeout: options.requestTimeoutMs,
      connectionsCheckingInterval: CONNECTIONS_CHECK_INTERVAL_MS,
      // Beyond this there is not even an Origin, and so no page that could read why.
      maxHeaderSize: 2 * MAX_HEADER_BYTES,
      // Node would answer a missing Host with an empty 400 of its own.
      requireHostHeader: false,
    },
    return503OnClosing: false,
    // None: it bounds closing too, and would call ten seconds of draining a failure. shutdown.ts has a bound.
    pluginTimeout: 0,
    // No route has a JSON schema; the compilers that Fastify would load for them take a tenth of the start.
    schemaController: {
      compilersFactory: { buildValidator: refuseSchemas, buildSerializer: refuseSchemas },
    },
    clientErrorHandler: createClientErrorHandler(pendingResponses, options.corsOrigins),
    frameworkErrors: handleError,
  });
  server.setErrorHandler(handleError);
  return server;
}

function refuseSchemas(): never {
  throw new Error('No route has a JSON schema.');
}

/** What no route takes, and what the CORS plugin would answer in plain text. */
function registerNotFound(server: FastifyInstance, allowByPath: ReadonlyMap<string, string>): void {
  const sendNotFound = createNotFoundHandler(allowByPath);
  server.setNotFoundHandler(sendNotFound);
  // With a callback, as all hooks that wait for nothing: a promise for each costs more than what they do.
  server.addHook('onRequest', (request, reply, done) => {
    reply.header(REQUEST_ID_HEADER, request.id);
    if (request.method === 'OPTIONS' && !isPreflight(request)) {
      sendNotFound(request, reply);
    } else {
      done();
    }
  });
}

/** What libraries below would stumble over, or answer in another shape. */
function registerRequestChecks(server: FastifyInstance, isOpen: boolean): void {
  const isDirected = isOpen ? createHostCheck(server) : () => true;
  /** The last one that was good: nearly every request names the same. */
  let knownOrigin: string | undefined;
  server.addHook('onRequest', (request, _reply, done) => {
    // Of these two, which a trusted proxy may have told, a URL will be made.
    const { protocol, host } = request;
    let [hosts, bytes] = [0, 0];
    for (const [index, text] of request.raw.rawHeaders.entries()) {
      bytes += text.length;
      hosts += index % 2 === 0 && HOST.test(text) ? 1 : 0;
    }
    const origin = `${protocol}://${host}`;
    const isUrl = origin === knownOrigin || URL.canParse(origin);
    if (!host || hosts > 1 || !isUrl) {
      done(BAD_HOST);
    } else if (!isDirected(request)) {
      done(MISDIRECTED);
    } else if (request.url.includes('#')) {
      // No fragment belongs into a request; Fastify and URL disagree on where the query ends before one.
      done(BAD_URL);
    } else if (bytes > MAX_HEADER_BYTES) {
      done(HEADERS_TOO_LONG);
    } else {
      knownOrigin = origin;
      done();
    }
  });
}

/** Of a body that would be misread. `identity` is the name of no coding at all (RFC 9110, section 8.4.1). */
function findFaultOfBody(headers: IncomingHttpHeaders): CodedError | undefined {
  const { 'content-encoding': coding = '', 'content-type': type = '' } = headers;
  if (!/^(?:identity)?$/i.test(coding)) {
    return UNSUPPORTED_CODING;
  }
  const [, charset = 'utf-8'] = /;\s*charset="?([^\s;"]*)/i.exec(type) ?? [];
  return /^utf-?8$/i.test(charset) ? undefined : UNSUPPORTED_MEDIA_TYPE;
}

/**
 * What other servers and load balancers take as the same request, before a route is looked for: HEAD is a GET whose
 * body Node leaves out; health is also asked for by OPTIONS, and by HTTP/1.0 without a Host; a proxy that takes a prefix
 * off the path may leave two slashes, and some clients end a path with one.
 */
function normalizeRequest(request: IncomingMessage): string {
  const { headers, method, httpVersion, url = '' } = request;
  const [, path = '', search = ''] = /^([^?]*)(.*)$/s.exec(url) ?? [];
  const target = path.replace(/^\/\/+/, '/').replace(/(?!^)\/$/, '') || '/';
  const isPreflight = 'access-control-request-method' in headers;
  const isHealthCheck = method === 'OPTIONS' && HEALTH_PATHS.includes(target) && !isPreflight;
  if (method === 'HEAD' || isHealthCheck) {
    request.method = 'GET';
  }
  if (httpVersion === '1.0') {
    headers.host ??= 'localhost';
  }
  return target + search;
}

/** With the two headers the CORS plugin needs; it answers others in plain text. For any path: a page has to read its 404. */
function isPreflight({ headers }: FastifyRequest): boolean {
  return Boolean(headers.origin && headers['access-control-request-method']);
}
