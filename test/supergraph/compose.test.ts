// `npm run compose`: what it composes, and what it refuses.
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const SCHEMA = join(__dirname, '..', '..', 'schema', 'schema.graphql');

const folder = mkdtempSync(join(tmpdir(), 'compose-'));
afterAll(() => rmSync(folder, { recursive: true }));

function compose(config: string) {
  const file = join(folder, 'supergraph.yaml');
  writeFileSync(file, config);
  const { status, stdout, stderr } = spawnSync(
    process.execPath,
    [join(__dirname, 'compose.cjs'), file],
    { encoding: 'utf8' },
  );
  return { status, told: (stdout + stderr).replace(`${file}: `, '').trim() };
}

const ONE = `
  dv-emails:
    routing_url: http://127.0.0.1:4000/graphql
    schema:
      file: ${SCHEMA}
`;

it.each([
  '',
  'federation_version: 2\n',
  'federation_version: "2"\n',
  'federation_version: =2.14.4\n',
])('composes with %j', (version) => {
  expect(compose(`${version}subgraphs:${ONE}`)).toEqual({
    status: 0,
    told: 'Composed dist/supergraph.graphql from dv-emails.',
  });
});

it.each([
  [
    'federation_version: =2.3.0\nsubgraphs:',
    'federation_version is =2.3.0, and the composer that is installed here is =2.14.4.',
  ],
  [
    'federation_version: 1\nsubgraphs:',
    'federation_version is 1, and the composer that is installed here is =2.14.4.',
  ],
  ['subgraphs: {}', 'There are no subgraphs in it.'],
  ['graphs: {}', 'The file has graphs; known here: federation_version, subgraphs.'],
  ['[]', 'The file is no mapping.'],
  [
    'subgraphs:\n  orders:\n    routing_url: http://127.0.0.1/\n    schema:\n      subgraph_url: http://127.0.0.1/',
    'orders.schema has subgraph_url; known here: file.',
  ],
  [
    'subgraphs:\n  orders:\n    routing_url: nowhere\n    schema:\n      file: a',
    'orders needs a URL as routing_url, and a schema.file.',
  ],
  [
    'subgraphs:\n  orders:\n    routing_url: http://127.0.0.1/\n    schema:\n      file: /nowhere.graphql',
    "ENOENT: no such file or directory, open '/nowhere.graphql'",
  ],
])('refuses %j', (config, told) => {
  expect(compose(config.endsWith('subgraphs:') ? config + ONE : config)).toEqual({
    status: 1,
    told,
  });
});
