// The one route that speaks GraphQL, and what is refused on it before Apollo Server sees it.
import { hash } from 'node:crypto';
import type { IncomingHttpHeaders } from 'node:http';
import type { ApolloServer, BaseContext } from '@apollo/server';
import { fastifyApolloHandler } from '@as-integrations/fastify';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import type { FormattedExecutionResult } from 'graphql';
import Negotiator from 'negotiator';
import type { Logger } from 'pino';
import {
  addCorrelationId,
  BAD_PERSISTED_QUERY,
  DOCUMENT_NOT_LISTED,
  DOCUMENT_TOO_LONG,
  type HttpError,
  NOT_ACCEPTABLE,
  sendHttpError,
} from './http-errors';

/** Whether a request may go on, and for whom. */
export type Authentication<Identity> =
  | { readonly ok: true; readonly identity: Identity }
  | { readonly ok: false; readonly refusal: HttpError };

/** Who asks, as far as HTTP knows. */
export interface Requester<Identity> {
  readonly correlationId: string;
  /** IP address, behind the proxies that are trusted. */
  readonly address: string;
  readonly identity: Identity;
}

export interface GraphqlRouteOptions<Context extends BaseContext, Identity> {
  readonly path: string;
  readonly log: Logger;
  /** Started already. */
  readonly apollo: ApolloServer<Context>;
  /** Set: answers a body whose document Apollo Server has accepted before; `undefined`: it is Apollo Server's. */
  readonly documents?: {
    run(body: unknown, context: () => Context): Promise<FormattedExecutionResult | undefined>;
  };
  /** What resolvers are told of a request. */
  readonly context: (requester: Requester<Identity>) => Context;
  readonly authenticate: (headers: IncomingHttpHeaders) => Promise<Authentication<Identity>>;
  /** Whether a browser that opens the path is sent to the explorer, in the folder above. */
  readonly hasExplorer: boolean;
  /** Set: whether a document, sent as text, is listed. */
  readonly isListedDocument?: ((document: string) => boolean) | undefined;
}

/** What a request is decorated with. */
const IDENTITY = 'identity';

const UNKNOWN_ADDRESS = 'unknown';

/** Lines of a document, as many as tokens: each error counts those before its place, and there may be many errors. */
const MAX_LINES = 1_000;

const LINE_BREAK = /\r\n|[\n\r]/;

const ANSWER_TYPES = ['application/json', 'application/graphql-response+json'];

export async function registerGraphql<Context extends BaseContext, Identity>(
  parent: FastifyInstance,
  options: GraphqlRouteOptions<Context, Identity>,
): Promise<void> {
  const { path, apollo, documents, context, isListedDocument } = options;
  const createContext = (request: FastifyRequest) =>
    context({
      correlationId: request.id,
      // A connection that was reset before its request was read has none any more.
      address: request.ip ?? UNKNOWN_ADDRESS,
      // The hook has let the request through.
      identity: request.getDecorator<Identity>(IDENTITY),
    });
  const askApollo = fastifyApolloHandler(apollo, {
    context: async (request) => createContext(request),
  });
  await parent.register(async (server) => {
    registerAuthentication(server, options);
    server.addHook('preHandler', (request, reply, done) => {
      const refusal =
        // Apollo Server looks at Accept only when the answer is there, and the emails are out.
        chooseType(request) === undefined
          ? NOT_ACCEPTABLE
          : findFaultOfDocument(request, isListedDocument);
      if (refusal) {
        sendHttpError(reply, refusal);
      } else {
        done();
      }
    });
    server.addHook<string>('onSend', (request, reply, payload, done) => {
      const isRefusal = reply.statusCode >= 400 && typeof payload === 'string';
      done(null, isRefusal ? addCorrelationId(payload, request.id) : payload);
    });
    server.route({
      method: ['GET', 'POST'],
      url: path,
      handler: async (request, reply) => {
        const result =
          request.method === 'POST'
            ? await documents?.run(request.body, () => createContext(request))
            : undefined;
        if (!result) {
          return askApollo.call(server, request, reply);
        }
        reply.type(`${chooseType(request)}; charset=utf-8`);
        return `${JSON.stringify(result)}\n`;
      },
    });
  });
}

/** The response's media type, by the Accept header; `undefined`: none is acceptable. */
function chooseType({ raw }: FastifyRequest): string | undefined {
  return new Negotiator(raw).mediaType(ANSWER_TYPES);
}

/** Of a document, or of a hash that is sent where only listed ones are run. */
function findFaultOfDocument(
  request: FastifyRequest,
  isListed: ((document: string) => boolean) | undefined,
): HttpError | undefined {
  const { query, persistedQuery } = readParameters(request);
  if (typeof query === 'string' && query.split(LINE_BREAK, MAX_LINES + 1).length > MAX_LINES) {
    return DOCUMENT_TOO_LONG;
  }
  if (!isListed) {
    return undefined;
  }
  if (query != null && !(typeof query === 'string' && isListed(query))) {
    return DOCUMENT_NOT_LISTED;
  }
  if (persistedQuery != null && !isPersistedQuery(persistedQuery, query)) {
    return BAD_PERSISTED_QUERY;
  }
  return undefined;
}

/** Before the body is read: what comes from nobody known costs nothing more. */
function registerAuthentication<Context extends BaseContext, Identity>(
  server: FastifyInstance,
  { authenticate, hasExplorer, log }: GraphqlRouteOptions<Context, Identity>,
): void {
  server.decorateRequest(IDENTITY);
  server.addHook('onRequest', async (request, reply) => {
    if (hasExplorer && isForPage(request)) {
      return reply.redirect('./');
    }
    const authentication = await authenticate(request.headers);
    if (authentication.ok) {
      request.setDecorator(IDENTITY, authentication.identity);
      return;
    }
    const { refusal } = authentication;
    const facts = { event: 'auth.refused', correlationId: request.id, code: refusal.code };
    log.info(facts, 'request refused');
    return sendHttpError(reply, refusal);
  });
}

/** Somebody has opened the endpoint in a browser: a GET without a document, which prefers a page. */
function isForPage({ method, query, raw }: FastifyRequest): boolean {
  return (
    method === 'GET' &&
    !['query', 'extensions'].some((name) => name in Object(query)) &&
    new Negotiator(raw).mediaType([...ANSWER_TYPES, 'text/html']) === 'text/html'
  );
}

/** What Apollo Server will read: the body of a POST, the URL of a GET. */
function readParameters({ method, body, query: search }: FastifyRequest) {
  const { query, extensions } = Object(method === 'POST' ? body : search);
  const { persistedQuery } = Object(
    typeof extensions === 'string' ? parseJson(extensions) : extensions,
  );
  return { query, persistedQuery } as { query: unknown; persistedQuery: unknown };
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    // Apollo Server will say so.
    return undefined;
  }
}

/** Automatic persisted queries, version 1: a hash, and if there is a text too, the hash of that. */
function isPersistedQuery(value: unknown, query: unknown): boolean {
  const { version, sha256Hash } = Object(value);
  return (
    version === 1 &&
    typeof sha256Hash === 'string' &&
    /^[0-9a-f]{64}$/.test(sha256Hash) &&
    (typeof query !== 'string' || hash('sha256', query, 'hex') === sha256Hash)
  );
}
