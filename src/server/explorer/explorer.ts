// What is served to somebody who opens the gateway in a browser: the explorer's page at `/`, and the files
// it loads from us.
import { randomBytes } from 'node:crypto';
import type { FastifyInstance } from 'fastify';
import { toSecurityHeaders } from '../browser-policy';
import { createPage, type Explorer } from './pages';

/** Seconds in a year: a path with a hash in it never means anything else. */
const ASSET_MAX_AGE_SECONDS = 31_536_000;

/** More than anybody guesses. */
const NONCE_BYTES = 16;

/** Returns the paths that are served. */
export function registerExplorer(server: FastifyInstance, explorer: Explorer): readonly string[] {
  const { assets, directives, openerPolicy, render } = createPage(explorer);
  server.get('/', async (_request, reply) => {
    const nonce = randomBytes(NONCE_BYTES).toString('hex');
    const styleSrc = [...directives.styleSrc, `'nonce-${nonce}'`];
    reply.headers({
      ...toSecurityHeaders({ directives: { ...directives, styleSrc }, openerPolicy }),
      'content-type': 'text/html; charset=utf-8',
      'cache-control': 'no-store',
    });
    return render(nonce);
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
