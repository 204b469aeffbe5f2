// Apollo Gateway as a process of its own: `node apollo-gateway.cjs SUPERGRAPH_FILE PORT`; prints where it listens.
// With DATA_SOURCE the subgraph is asked by the class of deploy/router, with APQ by hash first.
const { readFileSync } = require('node:fs');
const { ApolloGateway, RemoteGraphQLDataSource } = require('@apollo/gateway');
const { ApolloServer } = require('@apollo/server');
const { startStandaloneServer } = require('@apollo/server/standalone');

const { DATA_SOURCE, APQ } = process.env;

async function start(supergraphFile, port) {
  const DataSource = DATA_SOURCE
    ? require(DATA_SOURCE).DvEmailsDataSource
    : RemoteGraphQLDataSource;
  const gateway = new ApolloGateway({
    supergraphSdl: readFileSync(supergraphFile, 'utf8'),
    buildService: ({ url }) => new DataSource({ url, apq: APQ === '1' }),
  });
  const server = new ApolloServer({ gateway });
  const { url } = await startStandaloneServer(server, {
    listen: { host: '127.0.0.1', port: Number(port) },
    context: async ({ req }) => ({ req }),
  });
  process.stdout.write(`Listening on ${url}\n`);
}

start(...process.argv.slice(2));
