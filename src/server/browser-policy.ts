// What browsers are told: which other origins may call (CORS), and that an answer may load nothing (CSP);
// the explorer's page alone says otherwise for itself.
import cors from '@fastify/cors';
import helmet from '@fastify/helmet';
import type { FastifyInstance } from 'fastify';

const REQUEST_HEADERS = [
  'content-type',
  'authorization',
  'x-request-id',
  'apollographql-client-name',
  'apollographql-client-version',
  'apollo-require-preflight',
];

/** Seconds a browser may remember a preflight; none remembers it longer than two hours. */
const PREFLIGHT_MAX_AGE_SECONDS = 7200;

const NOTHING = { defaultSrc: ["'none'"], frameAncestors: ["'none'"], baseUri: ["'none'"] };

export async function registerSecurityHeaders(server: FastifyInstance): Promise<void> {
  await server.register(helmet, {
    contentSecurityPolicy: { useDefaults: false, directives: NOTHING },
  });
}

export async function registerCors(
  server: FastifyInstance,
  origins: readonly string[],
): Promise<void> {
  if (origins.length > 0) {
    await server.register(cors, {
      origin: [...origins],
      methods: ['GET', 'POST'],
      allowedHeaders: REQUEST_HEADERS,
      exposedHeaders: ['x-request-id', 'retry-after', 'www-authenticate'],
      // Callers prove who they are by a header, never by a cookie.
      credentials: false,
      maxAge: PREFLIGHT_MAX_AGE_SECONDS,
    });
  }
}
