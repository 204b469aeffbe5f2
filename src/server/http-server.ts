// The HTTP server: one GraphQL route, and a JSON answer for everything else.
import type { ApolloServer, BaseContext } from '@apollo/server';
import fastifyApollo from '@as-integrations/fastify';
import Fastify, { type FastifyBaseLogger, type FastifyInstance, LogController } from 'fastify';
import type { Logger } from 'pino';
import { REQUEST_ID_HEADER, toRequestId } from './request-id';

export interface HttpServerOptions<Context extends BaseContext> {
  /** Started already. */
  readonly apollo: ApolloServer<Context>;
  /** What resolvers are told of a request. */
  readonly context: (correlationId: string) => Context;
  readonly log: Logger;
}

export async function createHttpServer<Context extends BaseContext>(
  options: HttpServerOptions<Context>,
): Promise<FastifyInstance> {
  const server = Fastify({
    loggerInstance: toFastifyLogger(options.log),
    logController: new LogController({ disableRequestLogging: true }),
    genReqId: (request) => toRequestId(request.headers),
  });
  server.addHook('onRequest', async (request, reply) => {
    reply.header(REQUEST_ID_HEADER, request.id);
  });
  server.setNotFoundHandler(async (_request, reply) => {
    reply.code(404);
    return { errors: [{ message: 'Nothing is here. GraphQL is at /graphql.' }] };
  });

  await server.register(fastifyApollo(options.apollo), {
    path: '/graphql',
    context: async (request) => options.context(request.id),
  });
  return server;
}

/** Fastify's own news below a warning, such as "listening", would come beside our events of fixed names. */
function toFastifyLogger(log: Logger): FastifyBaseLogger {
  return log.child({}, { level: log.isLevelEnabled('warn') ? 'warn' : log.level });
}
