// Files and folders that the documentation names exist.
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

const ROOT = join(__dirname, '../..');

/** A path from the top of the repository, as code in the text. */
const PATH = /`((?:src|test|schema|docs|bench|deploy|findings)\/[\w./-]*)`/g;

const documents = [
  '.',
  'docs',
  'docs/decisions',
  'docs/examples/clients',
  'docs/examples/web',
  'bench',
].flatMap((folder) =>
  readdirSync(join(ROOT, folder))
    .filter((name) => name.endsWith('.md'))
    .map((name) => join(folder, name)),
);

it.each(documents)('%s names files that exist', (document) => {
  const text = readFileSync(join(ROOT, document), 'utf8');
  const paths = [...text.matchAll(PATH)].map(([, path = '']) => path);
  expect(paths.filter((path) => !existsSync(join(ROOT, path)))).toEqual([]);
});
