// What is served to somebody who opens the gateway in a browser: the explorer's page at `/`, and the files
// it loads from us.
import type { FastifyInstance } from 'fastify';
import { createPage, type Explorer } from './pages';

/** Seconds in a year: a path with a hash in it never means anything else. */
const ASSET_MAX_AGE_SECONDS = 31_536_000;

/** Returns the paths that are served. */
export function registerExplorer(server: FastifyInstance, explorer: Explorer): readonly string[] {
  const { assets, directives, openerPolicy, render } = createPage(explorer);
  const helmet = {
    contentSecurityPolicy: { useDefaults: false, directives },
    crossOriginOpenerPolicy: { policy: openerPolicy },
    enableCSPNonces: true,
  };
  server.get('/', { helmet }, async (_request, reply) => {
    reply.headers({ 'content-type': 'text/html; charset=utf-8', 'cache-control': 'no-store' });
    return render(reply.cspNonce.style);
  });
  for (const { path, contentType, content } of assets) {
    server.get(`/${path}`, async (_request, reply) => {
      reply.headers({
        'content-type': contentType,
        'cache-control': `public, max-age=${ASSET_MAX_AGE_SECONDS}, immutable`,
      });
      return content;
    });
  }
  return ['/', ...assets.map(({ path }) => `/${path}`)];
}
