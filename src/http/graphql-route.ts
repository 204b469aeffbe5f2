// The one route that speaks GraphQL, and what is refused on it before Apollo Server sees it.
import { isIPv4 } from 'node:net';
import type { ApolloServer } from '@apollo/server';
import { fastifyApolloHandler } from '@as-integrations/fastify';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { FormattedExecutionResult } from 'graphql';
import type { Authenticate, Identity } from '../auth/authenticate';
import { type ContextDependencies, GraphqlContext } from '../graphql/context';
import type { PersistedDocuments } from '../graphql/guards/persisted-documents';
import type { KnownDocuments } from '../graphql/known-documents';
import { CodedError } from '../lib/coded-error';
import { parseIpAddress } from '../lib/ip-address';
import { parseJson } from '../lib/parse-json';
import { addCorrelationIdToBody } from './http-errors';
import { chooseType, JSON_TYPE, prefersPage } from './response-type';

export const GRAPHQL_PATH = '/graphql';

export interface GraphqlRouteOptions {
  readonly authenticate: Authenticate;
  /** Started already. */
  readonly apollo: ApolloServer<GraphqlContext>;
  /** Set: runs documents that Apollo Server has accepted before. */
  readonly documents: KnownDocuments | undefined;
  readonly useCases: ContextDependencies;
  /** Why no request is run. */
  readonly findOutage: () => CodedError | undefined;
  /** Set: the only documents that are run. */
  readonly persistedDocuments: PersistedDocuments | undefined;
}

/** Lines of a document, as many as tokens: each error counts those before its place, and there may be many errors. */
const MAX_LINES = 1_000;

const LINE_BREAK = /\r\n|[\n\r]/;

/** What a request is decorated with. */
const IDENTITY = 'identity';

const BAD_PERSISTED_QUERY = new CodedError(
  'BAD_REQUEST',
  'extensions.persistedQuery needs version 1 and the SHA-256 hash of the document.',
);

const DOCUMENT_TOO_LONG = new CodedError(
  'BAD_REQUEST',
  'The document has more lines than this gateway accepts.',
);

const DOCUMENT_NOT_LISTED = new CodedError(
  'QUERY_NOT_IN_SAFELIST',
  'This gateway runs listed documents only, and this is none of them.',
);

const NOT_ACCEPTABLE = new CodedError(
  'NOT_ACCEPTABLE',
  'The response is JSON: accept application/json or application/graphql-response+json.',
  { status: 406 },
);

export async function registerGraphql(
  parent: FastifyInstance,
  options: GraphqlRouteOptions,
  hasExplorer: boolean,
): Promise<void> {
  const { apollo, documents, useCases, persistedDocuments } = options;
  const toContext = (request: FastifyRequest) => {
    // The hook has let the request through.
    const { subject, scopes } = request.getDecorator<Identity>(IDENTITY);
    // A connection that was reset before its request was read has none any more; a proxy may write "unknown" or worse.
    const { ip = '' } = request;
    const address = isIPv4(ip) ? ip : (parseIpAddress(ip)?.toString() ?? 'unknown');
    return new GraphqlContext({ correlationId: request.id, address, subject, scopes }, useCases);
  };
  const askApollo = fastifyApolloHandler(apollo, {
    context: async (request) => toContext(request),
  });
  await parent.register(async (server) => {
    registerAuthentication(server, options, hasExplorer);
    server.addHook('preHandler', (request, _reply, done) => {
      const type = chooseType(request.headers.accept);
      // Chosen once, for all that answer this request: Apollo Server takes what is named here.
      request.headers.accept = type;
      done(type ? undefined : NOT_ACCEPTABLE);
    });
    server.addHook<string>('onSend', (request, reply, payload, done) => {
      const isRefusal = reply.statusCode >= 400 && typeof payload === 'string';
      done(null, isRefusal ? addCorrelationIdToBody(payload, request.id) : payload);
    });
    const respond = (
      request: FastifyRequest,
      reply: FastifyReply,
      result?: FormattedExecutionResult,
    ) => {
      if (result) {
        reply.type(request.headers.accept ?? JSON_TYPE);
        return `${JSON.stringify(result)}\n`;
      }
      const fault = findFault(request, persistedDocuments);
      if (fault) {
        throw fault;
      }
      return askApollo.call(server, request, reply);
    };
    server.route({
      method: ['GET', 'POST'],
      url: GRAPHQL_PATH,
      handler: (request, reply) => {
        const running = documents?.run(request.body, () => toContext(request));
        return running
          ? running.then((result) => respond(request, reply, result))
          : respond(request, reply);
      },
    });
  });
}

/** Of what Apollo Server looks at only when the response is there, and the emails are out; or not at all. */
function findFault(
  request: FastifyRequest,
  persistedDocuments: PersistedDocuments | undefined,
): CodedError | undefined {
  const { query, persistedQuery } = readParameters(request);
  if (typeof query === 'string' && query.split(LINE_BREAK, MAX_LINES + 1).length > MAX_LINES) {
    return DOCUMENT_TOO_LONG;
  }
  const isListed = typeof query === 'string' ? persistedDocuments?.includes(query) : query == null;
  if (persistedDocuments && !isListed) {
    return DOCUMENT_NOT_LISTED;
  }
  return typeof query !== 'string' && persistedQuery != null && !isPersistedQuery(persistedQuery)
    ? BAD_PERSISTED_QUERY
    : undefined;
}

/** Before the body is read: an unauthenticated request costs nothing more. */
function registerAuthentication(
  server: FastifyInstance,
  { authenticate, findOutage }: GraphqlRouteOptions,
  hasExplorer: boolean,
): void {
  server.decorateRequest(IDENTITY);
  server.addHook('onRequest', (request, reply, done) => {
    if (hasExplorer && isForPage(request)) {
      // The explorer is in the folder above.
      reply.redirect(/\/(?:\?|$)/.test(request.originalUrl) ? '../' : './');
      return;
    }
    // Before credentials are checked: a refusal is logged too.
    const outage = findOutage();
    if (outage) {
      done(outage);
      return;
    }
    const admit = (identity: Identity) => {
      request.setDecorator(IDENTITY, identity);
      done();
    };
    const identity = authenticate(request.headers, request.id);
    if (identity instanceof Promise) {
      identity.then(admit).catch(done);
    } else {
      admit(identity);
    }
  });
}

/** A browser has opened the endpoint: a GET without a document, which prefers a page. */
function isForPage({ method, query, headers }: FastifyRequest): boolean {
  return (
    method === 'GET' &&
    !['query', 'extensions'].some((name) => name in Object(query)) &&
    prefersPage(headers.accept)
  );
}

/** What Apollo Server will read: the body of a POST, the URL of a GET. */
function readParameters({ method, body, query: search }: FastifyRequest) {
  const { query, extensions } = Object(method === 'POST' ? body : search);
  // What is not JSON Apollo Server refuses.
  const { persistedQuery } = Object(
    typeof extensions === 'string' ? parseJson(extensions) : extensions,
  );
  return { query, persistedQuery } as { query: unknown; persistedQuery: unknown };
}

/** Automatic persisted queries, version 1: a hash in place of a text. */
function isPersistedQuery(value: unknown): boolean {
  const { version, sha256Hash } = Object(value);
  return version === 1 && typeof sha256Hash === 'string' && /^[0-9a-f]{64}$/.test(sha256Hash);
}
