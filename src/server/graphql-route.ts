// The one route that speaks GraphQL, and what is refused on it before Apollo Server sees it.
import { createHash } from 'node:crypto';
import type { ApolloServer, BaseContext } from '@apollo/server';
import fastifyApollo from '@as-integrations/fastify';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import Negotiator from 'negotiator';
import {
  addCorrelationId,
  BAD_PERSISTED_QUERY,
  DOCUMENT_NOT_LISTED,
  NOT_ACCEPTABLE,
  sendHttpError,
} from './http-errors';

export interface GraphqlRouteOptions<Context extends BaseContext> {
  readonly path: string;
  /** Started already. */
  readonly apollo: ApolloServer<Context>;
  /** What resolvers are told of a request. */
  readonly context: (correlationId: string) => Context;
  /** Set: whether a document, sent as text, is listed. */
  readonly isListedDocument?: ((document: string) => boolean) | undefined;
}

const ANSWER_TYPES = ['application/json', 'application/graphql-response+json', 'text/html'];

export async function registerGraphql<Context extends BaseContext>(
  parent: FastifyInstance,
  { path, apollo, context, isListedDocument }: GraphqlRouteOptions<Context>,
): Promise<void> {
  await parent.register(async (server) => {
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
      context: async (request) => context(request.id),
    });
  });
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
