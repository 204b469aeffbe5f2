// The files that the explorers' pages load from us: what they are bundled from, and under which paths they are
// served.
import { hash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { extname, join } from 'node:path';

/** `npm run build` puts them there; as seen from both src/ and dist/. */
export const ASSETS_FOLDER = join(__dirname, '..', '..', 'dist', 'explorer', 'assets');

/** Of each bundle, by its name. A style sheet that a script imports comes beside it. */
export const ENTRY_POINTS = {
  graphiql: './src/explorer/browser/graphiql.js',
  sandbox: './src/explorer/browser/sandbox.js',
  // What Monaco, GraphiQL's editor, runs in web workers.
  'editor.worker': 'monaco-editor/esm/vs/editor/editor.worker.js',
  'graphql.worker': 'monaco-graphql/esm/graphql.worker.js',
  'json.worker': 'monaco-editor/esm/vs/language/json/json.worker.js',
} as const;

export type AssetName = `${keyof typeof ENTRY_POINTS}.${'js' | 'css'}`;

export function readAsset(name: AssetName) {
  const content = readFileSync(join(ASSETS_FOLDER, name));
  const contentHash = hash('sha256', content, 'hex').slice(0, 16);
  const extension = extname(name);
  return {
    /** Relative to the page. It holds a hash of the content, so what is there never changes. */
    path: `explorer/${name.slice(0, -extension.length)}.${contentHash}${extension}`,
    contentType: `text/${extension === '.css' ? 'css' : 'javascript'}; charset=utf-8`,
    content,
  };
}
