// relay-compiler takes the list as a connection, though its types have names of our own.
import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const SCHEMA = readFileSync(join(__dirname, '..', '..', 'schema', 'client.graphql'), 'utf8');
const COMPILER = join(__dirname, 'node_modules', '.bin', 'relay-compiler');

const SOURCE = `
import { graphql } from 'react-relay';

export const fragment = graphql\`
  fragment orders_query on Query
  @refetchable(queryName: "ordersPaginationQuery")
  @argumentDefinitions(count: { type: "Int", defaultValue: 20 }, cursor: { type: "String" }) {
    certificateOrders(first: $count, after: $cursor, filter: { status: "pending" })
      @connection(key: "orders_certificateOrders") {
      edges {
        node {
          id
          commonName
        }
      }
    }
  }
\`;
`;

const folder = mkdtempSync(join(tmpdir(), 'relay-'));
afterAll(() => rmSync(folder, { recursive: true }));

function compile(schema: string) {
  mkdirSync(join(folder, 'src'), { recursive: true });
  writeFileSync(join(folder, 'schema.graphql'), schema);
  writeFileSync(join(folder, 'src', 'orders.ts'), SOURCE);
  writeFileSync(
    join(folder, 'relay.config.json'),
    JSON.stringify({ src: './src', schema: './schema.graphql', language: 'typescript' }),
  );
  const { status, stdout, stderr } = spawnSync(COMPILER, ['relay.config.json'], {
    cwd: folder,
    encoding: 'utf8',
  });
  return { status, output: stdout + stderr };
}

it('relay-compiler takes a fragment with @connection on the list', () => {
  const { status, output } = compile(SCHEMA);

  expect({ status, output }).toMatchObject({ status: 0 });
  const query = readFileSync(
    join(folder, 'src', '__generated__', 'ordersPaginationQuery.graphql.ts'),
    'utf8',
  );
  expect(query).toMatch(/"kind": "LinkedHandle"/);
  expect(query).toMatch(/pageInfo \{\\n {6}endCursor\\n {6}hasNextPage/);
});

it('relay-compiler refuses a list that is no connection', () => {
  const { status, output } = compile(SCHEMA.replace(/^ {2}endCursor: String$/m, '  end: String'));

  expect(status).not.toBe(0);
  expect(output).toContain('endCursor');
});
