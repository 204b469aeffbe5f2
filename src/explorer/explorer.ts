// What a browser gets that opens the gateway: a page at `/`, GraphiQL at `/?graphiql` in any case, and the files
// they load from us.
import { randomBytes } from 'node:crypto';
import { SECURITY_HEADERS } from '../http/browser-policy';
import type { Resource } from '../http/http-server';
import { readAsset } from './assets';
import { createOverview, listExamples } from './examples';
import { createGraphiqlPage, createSandboxPage, type Page, toHtml, toPolicy } from './pages';

/** Seconds in a year: a path with a hash in it never means anything else. */
const ASSET_MAX_AGE_SECONDS = 31_536_000;

/** More than can be guessed. */
const NONCE_BYTES = 16;

export function createExplorer(
  kind: 'sandbox' | 'graphiql' | 'off',
  isSimulated: boolean,
): readonly Resource[] {
  if (kind === 'off') {
    return [];
  }
  const graphiql = createGraphiqlPage(listExamples(isSimulated));
  const front = kind === 'graphiql' ? graphiql : createSandboxPage(createOverview(isSimulated));
  const assets = new Map(
    [...front.assets, ...graphiql.assets].map((name) => [name, readAsset(name)] as const),
  );
  const paths = Object.fromEntries([...assets].map(([name, { path }]) => [name, path]));
  const cacheControl = `public, max-age=${ASSET_MAX_AGE_SECONDS}, immutable`;
  return [
    {
      path: '/',
      respond: (query) => respondWithPage('graphiql' in query ? graphiql : front, paths),
    },
    ...[...assets.values()].map(({ path, contentType, content }) => ({
      path: `/${path}`,
      respond: () => ({
        headers: { 'content-type': contentType, 'cache-control': cacheControl },
        body: content,
      }),
    })),
  ];
}

function respondWithPage(page: Page, paths: Readonly<Record<string, string>>) {
  const nonce = randomBytes(NONCE_BYTES).toString('hex');
  const headers = {
    ...SECURITY_HEADERS,
    'content-security-policy': toPolicy(page, nonce),
    'cross-origin-opener-policy': page.openerPolicy,
    'content-type': 'text/html; charset=utf-8',
    'cache-control': 'no-store',
  };
  return { headers, body: toHtml(page, paths, nonce) };
}
