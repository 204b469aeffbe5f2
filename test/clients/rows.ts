// The rows of the table in docs/clients.md, and what it says where a library cannot do something.
import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

export const COLUMNS = ['mutation', 'query', '401', 'unlisted', 'later', 'retry'] as const;
export type Column = (typeof COLUMNS)[number];

export interface Row {
  readonly name: string;
  /** In `libraries/`. */
  readonly file: string;
  /** In package.json, for the versions. */
  readonly packages: readonly string[];
  /** Where its types are from. */
  readonly schema: string;
  /** Whether its documents are those of the client package, which the gateway's manifest lists. */
  readonly hasOurDocuments: boolean;
  /** Why something is not as it should be, and what to do. */
  readonly notes?: Readonly<Partial<Record<Column, string>>>;
}

const OURS = { schema: 'the documents of the package', hasOurDocuments: true };
const bySchema = (command: string) => ({
  schema: `\`client.graphql\`, by ${command}`,
  hasOurDocuments: false,
});

/** Instead of a library whose errors are messages alone. */
const NO_CODE =
  'the message, and no code: use `net/http`, as [resend.go](examples/clients/go/resend.go) does';

export const ROWS: readonly Row[] = [
  { name: 'urql', file: 'urql.ts', packages: ['urql'], ...OURS },
  {
    name: 'urql with graphcache and hashes',
    file: 'urql-graphcache.ts',
    packages: ['@urql/exchange-graphcache', '@urql/exchange-persisted'],
    ...OURS,
    schema: 'the documents of the package, and `client.graphql` for the cache',
  },
  { name: 'Apollo Client', file: 'apollo-client.ts', packages: ['@apollo/client'], ...OURS },
  {
    name: 'Apollo Client with hashes and GET',
    file: 'apollo-client-hashes.ts',
    packages: ['@apollo/client'],
    ...OURS,
  },
  { name: 'graphql-request', file: 'graphql-request.ts', packages: ['graphql-request'], ...OURS },
  {
    name: 'TanStack Query over graphql-request',
    file: 'tanstack-query.ts',
    packages: ['@tanstack/query-core'],
    ...OURS,
  },
  { name: 'villus', file: 'villus.ts', packages: ['villus'], ...OURS },
  {
    name: 'Relay',
    file: 'relay.ts',
    packages: ['relay-runtime'],
    ...bySchema('`relay-compiler`'),
  },
  {
    name: 'gql.tada over urql',
    file: 'gql-tada.ts',
    packages: ['gql.tada'],
    ...bySchema('`gql.tada generate-output`'),
  },
  {
    name: 'client-preset over graphql-request',
    file: 'client-preset.ts',
    packages: ['@graphql-codegen/client-preset'],
    ...bySchema('`graphql-codegen`'),
  },
  { name: 'genql', file: 'genql.ts', packages: ['@genql/cli'], ...bySchema('`genql`') },
  {
    name: 'Zeus',
    file: 'graphql-zeus.ts',
    packages: ['graphql-zeus'],
    ...bySchema('`zeus`, which reads the path from `graphql-zeus.json` alone'),
  },
  {
    name: 'machinebox/graphql in Go',
    file: 'machinebox.go',
    packages: [],
    schema: 'none: it makes no types of a schema, so test the documents against `client.graphql`',
    hasOurDocuments: false,
    notes: { '401': NO_CODE, unlisted: NO_CODE },
  },
  {
    name: 'urllib in Python',
    file: 'graphql_core.py',
    packages: [],
    ...bySchema("graphql-core, in a test of the client's own"),
  },
];

/** What is not installed that a row needs. npm installs the rest. */
export function findMissing({ file }: Row): string | undefined {
  if (file.endsWith('.go')) {
    return spawnSync('go', ['version']).status === 0 && existsSync(`${GO_PATH}/src/${GO_LIBRARY}`)
      ? undefined
      : `go or ${GO_LIBRARY} (golang-github-machinebox-graphql-dev) is not installed`;
  }
  return file.endsWith('.py') && spawnSync('python3', ['-c', 'import graphql']).status !== 0
    ? 'python3 or graphql-core (python3-graphql-core) is not installed'
    : undefined;
}

/** Where Debian puts libraries in Go. */
export const GO_PATH = '/usr/share/gocode';
const GO_LIBRARY = 'github.com/machinebox/graphql';

export interface NeededLine {
  readonly line: string;
  readonly column: Column;
  /** Which of the library's features it makes safe. */
  readonly feature?: string | undefined;
}

/** `code, // needed for: column` or `column, feature`; in GraphQL documents and in Python comments begin with `#`. */
export const NEEDED = /^ *(\S.*?),? (?:\/\/|#) needed for: (\w+)(?:, (.+))?$/gm;

export function findNeededLines({ file }: Row): readonly NeededLine[] {
  const source = readFileSync(join(__dirname, 'libraries', file), 'utf8');
  return [...source.matchAll(NEEDED)].map(([, line = '', column, feature]) => ({
    line,
    column: column as Column,
    feature,
  }));
}
