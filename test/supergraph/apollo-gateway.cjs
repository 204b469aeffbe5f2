// Apollo Gateway as a process of its own: `node apollo-gateway.cjs SUPERGRAPH_FILE PORT`; prints where it listens.
const { readFileSync } = require('node:fs');
const { ApolloGateway } = require('@apollo/gateway');
const { ApolloServer } = require('@apollo/server');
const { startStandaloneServer } = require('@apollo/server/standalone');

async function start(supergraphFile, port) {
  const gateway = new ApolloGateway({ supergraphSdl: readFileSync(supergraphFile, 'utf8') });
  const server = new ApolloServer({ gateway });
  const { url } = await startStandaloneServer(server, {
    listen: { host: '127.0.0.1', port: Number(port) },
  });
  process.stdout.write(`Listening on ${url}\n`);
}

start(...process.argv.slice(2));
