// The one route that speaks GraphQL, and what is refused on it before Apollo Server sees it.
import { createHash } from 'node:crypto';
import type { IncomingHttpHeaders } from 'node:http';
import type { ApolloServer, BaseContext } from '@apollo/server';
import fastifyApollo from '@as-integrations/fastify';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import Negotiator from 'negotiator';
import type { Logger } from 'pino';
import {
  addCorrelationId,
  BAD_PERSISTED_QUERY,
  DOCUMENT_NOT_LISTED,
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
  /** What resolvers are told of a request. */
  readonly context: (requester: Requester<Identity>) => Context;
  readonly authenticate: (headers: IncomingHttpHeaders) => Promise<Authentication<Identity>>;
  /** Whether a browser that opens the path is sent to the explorer, in the folder above. */
  readonly hasExplorer: boolean;
  /** Set: whether a document, sent as text, is listed. */
  readonly isListedDocument?: ((document: string) => boolean) | undefined;
}

const ANSWER_TYPES = ['application/json', 'application/graphql-response+json'];

export async function registerGraphql<Context extends BaseContext, Identity>(
  parent: FastifyInstance,
  options: GraphqlRouteOptions<Context, Identity>,
): Promise<void> {
  const { path, apollo, context, isListedDocument } = options;
  await parent.register(async (server) => {
    const identities = registerAuthentication(server, options);
    server.addHook('preHandler', async (request, reply) => {
      // Apollo Server looks at Accept only when the answer is there, and the emails are out.
      if (new Negotiator(request.raw).mediaType(ANSWER_TYPES) === undefined) {
        return sendHttpError(reply, NOT_ACCEPTABLE);
      }
      if (isListedDocument) {
        const { query, persistedQuery } = readParameters(request);
        if (query != null && !(typeof query === 'string' && isListedDocument(query))) {
          return sendHttpError(reply, DOCUMENT_NOT_LISTED);
        }
        if (persistedQuery != null && !isPersistedQuery(persistedQuery, query)) {
          return sendHttpError(reply, BAD_PERSISTED_QUERY);
        }
      }
    });
    server.addHook('onSend', async (request, reply, payload) =>
      reply.statusCode >= 400 && typeof payload === 'string'
        ? addCorrelationId(payload, request.id)
        : payload,
    );
    await server.register(fastifyApollo(apollo), {
      path,
      method: ['GET', 'POST'],
      context: async (request) =>
        context({
          correlationId: request.id,
          address: request.ip,
          // The hook has let the request through.
          identity: identities.get(request) as Identity,
        }),
    });
  });
}

/** Before the body is read: what comes from nobody known costs nothing more. */
function registerAuthentication<Context extends BaseContext, Identity>(
  server: FastifyInstance,
  { authenticate, hasExplorer, log }: GraphqlRouteOptions<Context, Identity>,
): WeakMap<FastifyRequest, Identity> {
  const identities = new WeakMap<FastifyRequest, Identity>();
  server.addHook('onRequest', async (request, reply) => {
    if (hasExplorer && isForPage(request)) {
      return reply.redirect('./');
    }
    const authentication = await authenticate(request.headers);
    if (authentication.ok) {
      identities.set(request, authentication.identity);
      return;
    }
    const { refusal } = authentication;
    const facts = { event: 'auth.refused', correlationId: request.id, code: refusal.code };
    log.info(facts, 'request refused');
    return sendHttpError(reply, refusal);
  });
  return identities;
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
    (typeof query !== 'string' || createHash('sha256').update(query).digest('hex') === sha256Hash)
  );
}
