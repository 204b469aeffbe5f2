// One build of a frontend that sends hashes works with a list of documents and without one.
import { existsSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import type { DocumentNode, OperationDefinitionNode } from 'graphql';
import { CertificateOrderDocument, ResendDvEmailsDocument } from '../../../src/client/operations';
import { describeWhere } from '../../support/describe-where';
import { describeRequest, startTestApp } from '../../support/test-app';

const ROOT = join(__dirname, '..', '..', '..');
const PACKAGES = join(ROOT, 'docs', 'examples', 'snippets', 'node_modules');
const MANIFEST = join(ROOT, 'schema', 'persisted-documents.json');

const describeInstalled = describeWhere(
  'of clients that send hashes',
  existsSync(join(PACKAGES, '@urql', 'exchange-persisted'))
    ? undefined
    : 'run `npm ci --prefix docs/examples/snippets` first',
  'REQUIRE_CLIENTS',
);

// As the packages' `exports` have it; a path into them would not.
const { resolve } = createRequire(join(PACKAGES, 'x'));
const load = (name: string) => jest.requireActual(resolve(name));

type Run = (document: DocumentNode, variables: object) => Promise<{ data?: unknown }>;
type CreateClient = (url: string, fetch: typeof globalThis.fetch) => Run;

const urqlWith =
  (...names: string[]): CreateClient =>
  (url, fetch) => {
    const { Client, ...core } = load('@urql/core');
    const { persistedExchange } = load('@urql/exchange-persisted');
    const client = new Client({
      url,
      fetch,
      preferGetMethod: false,
      exchanges: [
        ...names.map((name) => core[name]),
        persistedExchange({ enableForMutation: true, preferGetForPersistedQueries: false }),
        core.fetchExchange,
      ],
    });
    return (document, variables) => {
      const [{ operation } = { operation: 'query' }] =
        document.definitions as readonly OperationDefinitionNode[];
      return client[operation](document, variables).toPromise();
    };
  };

const apolloWith =
  (toOptions: () => object): CreateClient =>
  (uri, fetch) => {
    const { ApolloClient, ApolloLink, HttpLink, InMemoryCache } = load('@apollo/client');
    const { PersistedQueryLink } = load('@apollo/client/link/persisted-queries');
    const hashes = new PersistedQueryLink(toOptions());
    const client = new ApolloClient({
      link: ApolloLink.from([hashes, new HttpLink({ uri, fetch })]),
      cache: new InMemoryCache(),
    });
    return (document, variables) => {
      const [{ operation } = { operation: 'query' }] =
        document.definitions as readonly OperationDefinitionNode[];
      return operation === 'query'
        ? client.query({ query: document, variables })
        : client.mutate({ mutation: document, variables, fetchPolicy: 'no-cache' });
    };
  };

async function sha256(text: string): Promise<string> {
  const digest = await crypto.subtle.digest('SHA-256', new TextEncoder().encode(text));
  return Buffer.from(digest).toString('hex');
}

const CLIENTS: readonly [string, CreateClient][] = [
  ['urql', urqlWith()],
  ['urql with its cache', urqlWith('cacheExchange')],
  ['Apollo Client, automatic', apolloWith(() => ({ sha256 }))],
  [
    'Apollo Client with the manifest',
    apolloWith(() =>
      load('@apollo/persisted-query-lists').generatePersistedQueryIdsFromManifest({
        loadManifest: async () => JSON.parse(readFileSync(MANIFEST, 'utf8')),
      }),
    ),
  ],
];

describeInstalled.each(CLIENTS)('%s', (_name, createClient) => {
  it.each([
    ['with a list, by the hash alone', { PERSISTED_DOCUMENTS: MANIFEST }, ['hash', 'hash']],
    [
      'without a list, by the text once',
      {},
      ['hash', 'hash and text', 'hash', 'hash and text', 'hash'],
    ],
  ])('runs our operations %s', async (_how, environment, sent) => {
    const app = await startTestApp({ environment });
    const bodies: string[] = [];
    const run = createClient(app.url, (url, init) => {
      const { query, extensions } = JSON.parse(String(init?.body));
      bodies.push(
        [extensions?.persistedQuery && 'hash', query && 'text'].filter(Boolean).join(' and '),
      );
      return fetch(url, init);
    });

    const order = await run(CertificateOrderDocument, { id: '1001' });
    const result = await run(ResendDvEmailsDocument, { orderId: '1001' });
    if (sent.length > 2) {
      await run(ResendDvEmailsDocument, { orderId: '1001' });
    }

    expect(order.data).toMatchObject({ certificateOrder: { id: '1001', status: 'pending' } });
    expect(result.data).toMatchObject({
      resendDvEmails: { __typename: 'ResendDvEmailsSuccess', order: { id: '1001' } },
    });
    expect(bodies).toEqual(sent);
    const puts = app
      .takeUpstreamRequests()
      .map(describeRequest)
      .filter((one) => one === 'PUT 1001');
    expect(puts).toHaveLength(sent.length > 2 ? 2 : 1);
  });
});
