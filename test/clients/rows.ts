// The rows of the table in docs/clients.md, and what it says where a library cannot do something.
import { readFileSync } from 'node:fs';
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
    name: 'Go, machinebox/graphql',
    file: 'machinebox.go',
    packages: [],
    schema: 'no types are made from a schema',
    hasOurDocuments: false,
  },
  {
    name: 'Python, urllib',
    file: 'graphql_core.py',
    packages: [],
    ...bySchema("graphql-core, in a test of the client's own"),
  },
];

/** The lines of a library's file that a column needs. */
export function findNeededLines({ file }: Pick<Row, 'file'>): Partial<Record<Column, string[]>> {
  const source = readFileSync(join(__dirname, 'libraries', file), 'utf8');
  const needed: Partial<Record<Column, string[]>> = {};
  for (const [, line = '', column = ''] of source.matchAll(NEEDED)) {
    (needed[column as Column] ??= []).push(line.replace(/,$/, ''));
  }
  return needed;
}

/** `code, // needed for: column`; in a GraphQL document and in Python comments begin with `#`. */
export const NEEDED = /^ *(\S.*?) (?:\/\/|#) needed for: (\w+)$/gm;
