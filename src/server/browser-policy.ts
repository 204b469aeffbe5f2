// What browsers are told: which other origins may call (CORS), and what our own pages may load (CSP).
import cors from '@fastify/cors';
import helmet from '@fastify/helmet';
import type { FastifyInstance } from 'fastify';

export interface BrowserPolicy {
  /** Origins whose pages may call, e.g. `https://app.example.com`. Empty: none. */
  readonly corsOrigins: readonly string[];
  /** Whether Apollo Sandbox is served, which loads its parts from Apollo's servers. */
  readonly sandbox: boolean;
}

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

/** The page narrows scripts and styles further, to a nonce of its own. */
const SANDBOX = {
  ...NOTHING,
  scriptSrc: ["'self'", "'unsafe-inline'", 'https://*.cdn.apollographql.com'],
  styleSrc: ["'unsafe-inline'", 'https://*.cdn.apollographql.com', 'https://fonts.googleapis.com'],
  fontSrc: ['https://fonts.gstatic.com'],
  imgSrc: ['https://*.cdn.apollographql.com'],
  manifestSrc: ['https://*.cdn.apollographql.com'],
  frameSrc: ['https://sandbox.embed.apollographql.com'],
  connectSrc: ["'self'"],
};

export async function registerSecurityHeaders(
  server: FastifyInstance,
  sandbox: boolean,
): Promise<void> {
  await server.register(helmet, {
    contentSecurityPolicy: { useDefaults: false, directives: sandbox ? SANDBOX : NOTHING },
    // Signing in to Apollo Studio opens a window that has to find its way back.
    crossOriginOpenerPolicy: { policy: 'same-origin-allow-popups' },
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
