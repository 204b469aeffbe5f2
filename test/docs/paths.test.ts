// Pages of the documentation can be found, and what they link to and name exists.
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';

const ROOT = join(__dirname, '../..');

/** A path from the top of the repository, as code in the text. */
const PATH = /`((?:src|test|schema|docs|bench|deploy|findings)\/[\w./-]*)`/g;

/** A link's target, in Markdown and HTML. */
const LINK = /(?:\]\(|(?:src|href)=")(?!https?:)([^)"\s]+)/g;

/** Written by tools, a line for each description. */
const GENERATED = ['docs/api.md', 'bench/RESULTS.md'];

const documents = [
  '.',
  'docs',
  'docs/decisions',
  'docs/examples/clients',
  'docs/examples/web',
  'bench',
  'findings',
].flatMap((folder) =>
  readdirSync(join(ROOT, folder))
    .filter((name) => name.endsWith('.md'))
    .map((name) => join(folder, name)),
);

const read = (document: string) => readFileSync(join(ROOT, document), 'utf8');

/** Prose alone: without blocks of code. */
const readProse = (document: string) => read(document).replace(/^```[^`]*^```/gm, '');

const linksOf = (document: string) =>
  [...readProse(document).matchAll(LINK)].map(([, target = '']) => {
    const [path = '', anchor] = target.split('#');
    return { path: path === '' ? document : join(dirname(document), path), anchor };
  });

/** As GitHub makes them of headings. */
function anchorsOf(document: string): readonly string[] {
  return [...readProse(document).matchAll(/^#+ (.*)$/gm)].map(([, heading = '']) =>
    heading
      .toLowerCase()
      .replace(/[^\p{L}\p{N} _-]/gu, '')
      .replaceAll(' ', '-'),
  );
}

it.each(documents)('%s names files that exist', (document) => {
  const paths = [...read(document).matchAll(PATH)].map(([, path = '']) => path);
  expect(paths.filter((path) => !existsSync(join(ROOT, path)))).toEqual([]);
});

it.each(documents)('%s links to files and headings that exist', (document) => {
  const broken = linksOf(document).filter(
    ({ path, anchor }) =>
      !existsSync(join(ROOT, path)) ||
      (anchor !== undefined && path.endsWith('.md') && !anchorsOf(path).includes(anchor)),
  );
  expect(broken).toEqual([]);
});

it.each(documents.filter((document) => !GENERATED.includes(document)))(
  '%s has no line of more than 200 characters outside tables',
  (document) => {
    const lines = readProse(document).split('\n');
    expect(lines.filter((line) => line.length > 200 && !line.startsWith('|'))).toEqual([]);
  },
);

it.each(documents)('%s has no table without a head', (document) => {
  const tables = readProse(document).match(/(?:^\|.*\n)+/gm) ?? [];
  expect(tables.filter((table) => !/^.*\n\| *:?-/.test(table))).toEqual([]);
});

it('every page of docs/ is in its index', () => {
  const listed = new Set(linksOf('docs/README.md').map(({ path }) => path));
  const pages = documents.filter((document) => relative('docs', document).match(/^[^/.][^/]*$/));
  expect(pages.filter((page) => page !== 'docs/README.md' && !listed.has(page))).toEqual([]);
});
