// What browsers may do: which other origins may call (CORS), and that a response may load nothing (CSP);
// the explorer's page alone says otherwise for itself.
import cors from '@fastify/cors';
import type { FastifyInstance } from 'fastify';

/** Seconds a browser may remember a preflight; none remembers it longer than two hours. */
const PREFLIGHT_MAX_AGE_SECONDS = 7200;

/** What a page may read beside the body. */
const EXPOSED_HEADERS = ['x-request-id', 'retry-after', 'www-authenticate'];

/** For every response but the explorer's page: what helmet 8 sets, but for a policy that allows nothing. */
export const SECURITY_HEADERS = {
  'content-security-policy': "default-src 'none';frame-ancestors 'none';base-uri 'none'",
  'cross-origin-opener-policy': 'same-origin',
  'cross-origin-resource-policy': 'same-origin',
  'origin-agent-cluster': '?1',
  'referrer-policy': 'no-referrer',
  // Of this host alone: its subdomains are not ours to speak for.
  'strict-transport-security': 'max-age=31536000',
  'x-content-type-options': 'nosniff',
  'x-dns-prefetch-control': 'off',
  'x-download-options': 'noopen',
  'x-frame-options': 'SAMEORIGIN',
  'x-permitted-cross-domain-policies': 'none',
  'x-xss-protection': '0',
};

/** Set right before a response leaves, so that a thousand calls in flight do not hold a thousand sets of them. */
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
      // Headers: any that the preflight asks for. Clients, tracing and Apollo Server's own advice bring ever more of
      // them, and who may call is decided by the origin and by credentials.
      exposedHeaders: EXPOSED_HEADERS,
      // Callers prove who they are by a header, never by a cookie.
      credentials: false,
      maxAge: PREFLIGHT_MAX_AGE_SECONDS,
    });
  }
}

/** For a refusal that no hook of Fastify's has seen: as the plugin's for a call, so that a page can read it. */
export function toCorsHeaders(origins: readonly string[], origin = ''): Record<string, string> {
  return origins.includes(origin)
    ? {
        'Access-Control-Allow-Origin': origin,
        'Access-Control-Expose-Headers': EXPOSED_HEADERS.join(', '),
        Vary: 'Origin',
      }
    : {};
}
