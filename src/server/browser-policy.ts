// What browsers are told: which other origins may call (CORS), and that an answer may load nothing (CSP);
// the explorer's page alone says otherwise for itself.
import { IncomingMessage, type OutgoingHttpHeaders, ServerResponse } from 'node:http';
import { Socket } from 'node:net';
import cors from '@fastify/cors';
import type { FastifyInstance } from 'fastify';
import helmet from 'helmet';

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

/** What a page may load, by the names helmet gives to the directives of a Content-Security-Policy. */
export type Directives = Readonly<Record<string, readonly string[]>>;

export interface PagePolicy {
  readonly directives: Directives;
  readonly openerPolicy: 'same-origin' | 'same-origin-allow-popups';
}

const NOTHING: PagePolicy = {
  directives: { defaultSrc: ["'none'"], frameAncestors: ["'none'"], baseUri: ["'none'"] },
  openerPolicy: 'same-origin',
};

/** What helmet sets on an answer. It depends on nothing in the request, so it is asked once, not for each. */
export function toSecurityHeaders({ directives, openerPolicy }: PagePolicy): OutgoingHttpHeaders {
  const response = new ServerResponse(new IncomingMessage(new Socket()));
  const setHeaders = helmet({
    contentSecurityPolicy: { useDefaults: false, directives },
    crossOriginOpenerPolicy: { policy: openerPolicy },
  });
  setHeaders(response.req, response, (error) => {
    if (error) {
      throw error;
    }
  });
  return response.getHeaders();
}

/** For every answer but the explorer's page. */
export const SECURITY_HEADERS = toSecurityHeaders(NOTHING);

/** Set right before an answer leaves, so that a thousand calls in flight do not hold a thousand sets of them. */
export function registerSecurityHeaders(server: FastifyInstance): void {
  server.addHook('onSend', (_request, reply, _payload, done) => {
    if (!reply.hasHeader('content-security-policy')) {
      reply.headers(SECURITY_HEADERS);
    }
    done();
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
