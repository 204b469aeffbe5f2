// The files that the explorers' pages load from us: where they come from, and under which paths they are
// served.
import { hash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { extname, join } from 'node:path';

/** `npm run build` puts them there; as seen from both src/ and dist/. */
export const ASSETS_FOLDER = join(__dirname, '..', '..', 'dist', 'explorer', 'assets');

/** Each by its name in that folder, with its source. */
export const ASSETS = {
  'explorer.css': 'src/explorer/browser/explorer.css',
  'graphiql.js': 'src/explorer/browser/graphiql.js',
  'sandbox.js': 'src/explorer/browser/sandbox.js',
  // Not served: it goes with every copy of the next two.
  'graphiql.LICENSE': 'node_modules/graphiql/LICENSE',
  'graphiql.min.js': 'node_modules/graphiql/graphiql.min.js',
  'graphiql.min.css': 'node_modules/graphiql/graphiql.min.css',
  'react.production.min.js': 'node_modules/react/umd/react.production.min.js',
  'react-dom.production.min.js': 'node_modules/react-dom/umd/react-dom.production.min.js',
} as const;

export type AssetName = keyof typeof ASSETS;

const CONTENT_TYPES: Readonly<Record<string, string>> = {
  '.css': 'text/css; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
};

export function readAsset(name: AssetName) {
  const content = readFileSync(join(ASSETS_FOLDER, name));
  const contentHash = hash('sha256', content, 'hex').slice(0, 16);
  const extension = extname(name);
  return {
    /** Relative to the page. It holds a hash of the content, so what is there never changes. */
    path: `explorer/${name.slice(0, -extension.length)}.${contentHash}${extension}`,
    contentType: CONTENT_TYPES[extension] ?? 'application/octet-stream',
    content,
  };
}
