// The media type of a response is Apollo Server's own choice, for what real clients accept.
import { ApolloServer } from '@apollo/server';
import { startStandaloneServer } from '@apollo/server/standalone';
import { request } from 'undici';
import { closeLater } from '../support/close-later';
import { describeRequest, startTestApp, type TestApp } from '../support/test-app';

/** `undefined`: the client sends none. */
const ACCEPT_HEADERS: readonly [source: string, accept: string | undefined][] = [
  ['@apollo/client 4.3.8, HttpLink', 'application/graphql-response+json,application/json;q=0.9'],
  [
    '@apollo/client 3.13, HttpLink with @defer',
    'multipart/mixed;deferSpec=20220824,application/graphql-response+json,application/json;q=0.9',
  ],
  [
    '@apollo/client 4.3.8, HttpLink with the incremental format of graphql 17',
    'multipart/mixed;incrementalSpec=v0.2,application/graphql-response+json,application/json;q=0.9',
  ],
  [
    '@apollo/client 4.3.8, Relay adapter',
    'multipart/mixed;boundary=graphql;subscriptionSpec=1.0,application/json',
  ],
  [
    '@urql/core 6.0.3',
    'application/graphql-response+json, application/graphql+json, application/json, text/event-stream, multipart/mixed',
  ],
  ['@urql/core 2', 'application/graphql+json, application/json'],
  ['@urql/core 6.0.3, subscription', 'text/event-stream, multipart/mixed'],
  ['graphql-request 7.4.0', 'application/graphql-response+json, application/json'],
  [
    '@graphql-tools/executor-http 3 (Hive Gateway 2.15.1)',
    'application/graphql-response+json, application/json, multipart/mixed',
  ],
  ['@graphql-tools/executor-http 3, subscription', 'text/event-stream'],
  ['@graphql-mesh/transport-http-callback', 'application/json;callbackSpec=1.0; charset=utf-8'],
  ['Apollo Router 2, to a subgraph', 'application/json, application/graphql-response+json'],
  ['Apollo Router 2, subscription by callback', 'application/json;callbackSpec=1.0'],
  ['@apollo/gateway 2.14.4 (node-fetch)', '*/*'],
  ['@graphiql/toolkit 0.11, with incremental delivery', 'application/json, multipart/mixed'],
  [
    'Relay, the network layer of its documentation',
    'application/graphql-response+json; charset=utf-8, application/json; charset=utf-8',
  ],
  [
    'Apollo Kotlin 4',
    'multipart/mixed;deferSpec=20220824, application/graphql-response+json, application/json',
  ],
  [
    'Apollo Kotlin 4, subscription',
    'multipart/mixed;subscriptionSpec=1.0, application/graphql-response+json, application/json',
  ],
  ['machinebox/graphql 0.2.2 (Go)', 'application/json; charset=utf-8'],
  ['network layers with the charset in capitals', 'application/json; charset=UTF-8'],
  ['axios 1', 'application/json, text/plain, */*'],
  ['HTTPie 3', 'application/json, */*;q=0.5'],
  ["jQuery's getJSON", 'application/json, text/javascript, */*; q=0.01'],
  ['HttpURLConnection of Java 8 to 18', 'text/html, image/gif, image/jpeg, *; q=.2, */*; q=.2'],
  [
    'Chrome, from the address bar',
    'text/html,application/xhtml+xml,application/xml;q=0.9,image/avif,image/webp,image/apng,*/*;q=0.8,application/signed-exchange;v=b3;q=0.7',
  ],
  [
    'Firefox, from the address bar',
    'text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8',
  ],
  ['Spring for GraphQL', 'application/json, application/graphql-response+json'],
  ['graphql-http audits', 'application/graphql-response+json'],
  ['GraphiQL of overblog/GraphQLBundle', 'application/json'],
  ['net/http of Go, HttpClient of .NET', undefined],
  ['clients that send the header without a value', ''],
  ["an img element's", 'image/avif,image/webp,image/apng,image/svg+xml,image/*,*/*;q=0.8'],
  ["a style sheet's", 'text/css,*/*;q=0.1'],
  ['wget, curl', '*/*'],
];

async function ask(url: string, query: string, accept: string | undefined) {
  const { statusCode, headers, body } = await request(url, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...(accept !== undefined && { accept }) },
    body: JSON.stringify({ query }),
  });
  await body.dump();
  return { status: statusCode, type: headers['content-type'] };
}

describe('the media type of a response', () => {
  let app: TestApp;
  let apollo: string;

  beforeAll(async () => {
    app = await startTestApp();
    const server = new ApolloServer({ typeDefs: 'type Query { order: ID }' });
    ({ url: apollo } = await startStandaloneServer(server, {
      listen: { port: 0, host: '127.0.0.1' },
    }));
    closeLater(() => server.stop());
  });

  it('is compared for at least 25 real headers', () => {
    const real = new Set(ACCEPT_HEADERS.map(([, accept]) => accept));
    expect(real.size).toBeGreaterThanOrEqual(25);
  });

  it.each(ACCEPT_HEADERS)("is Apollo Server's for %s", async (_source, accept) => {
    // The second time without Apollo Server's pipeline, the third as a refusal.
    for (const query of ['{ __typename }', '{ __typename }', '{ nope }', '{']) {
      expect(await ask(app.url, query, accept)).toEqual(await ask(apollo, query, accept));
    }
  });

  it.each([
    ['application/json; version=1', 'application/json; charset=utf-8'],
    ['application/json; odata=verbose; q=0.5', 'application/json; charset=utf-8'],
    ['application/json; profile="a,b;c", text/html', 'application/json; charset=utf-8'],
    [
      'application/graphql-response+json; v=1, application/json; v=1; q=0.9',
      'application/graphql-response+json; charset=utf-8',
    ],
    ['*/*; charset=iso-8859-1', 'application/json; charset=utf-8'],
  ])('does not depend on parameters that JSON has not: %s', async (accept, type) => {
    expect(
      await ask(app.url, 'mutation { resendDvEmails(orderId: "1001") { __typename } }', accept),
    ).toEqual({ status: 200, type });
    expect(app.takeUpstreamRequests().map(describeRequest)).toEqual(['PUT 1001']);
  });

  it.each(['application/json; version=1; q=0', 'image/png; q=1; a=b', 'nonsense', ';', ',', '*'])(
    'is none for %s, and nothing is sent',
    async (accept) => {
      expect(
        await ask(app.url, 'mutation { resendDvEmails(orderId: "1001") { __typename } }', accept),
      ).toEqual({ status: 406, type: 'application/json; charset=utf-8' });
    },
  );
});
