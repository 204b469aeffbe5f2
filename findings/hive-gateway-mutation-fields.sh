#!/usr/bin/env bash
# @graphql-hive/gateway 2.15.1: each root field of a mutation is a request of its own to the subgraph, without its alias; those of a query are one.
#
# Root fields of a mutation are executed in order. A router could send them to one subgraph in one request, as @apollo/gateway 2.14.4
# does, and one would expect so where they belong to one subgraph. Hive Gateway makes as many requests as there are fields. So a subgraph's
# bound on mutation fields (or on aliases) bounds nothing, its rate limit counts one call of a client as many, and what
# it keeps for one request (a transaction, a batch of loads) no longer spans the client's request.
#
# Seen: three aliases of one mutation field: 3 requests by Hive Gateway, 1 by Apollo Gateway; three of a query: 1 each.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
npm init --yes > /dev/null
npm install --silent --no-audit --no-fund @apollo/composition@2.14.4 @apollo/gateway@2.14.4 @apollo/server@5.5.1 \
  @graphql-hive/gateway@2.15.1 graphql@16.15.0
cat > try.cjs <<'PROGRAM'
const { spawn } = require('node:child_process');
const { once } = require('node:events');
const { writeFileSync } = require('node:fs');
const { createServer } = require('node:http');
const { createInterface } = require('node:readline');
const { composeServices } = require('@apollo/composition');
const { ApolloGateway } = require('@apollo/gateway');
const { ApolloServer } = require('@apollo/server');
const { buildSchema, graphql, parse } = require('graphql');
const sdl = 'type Query { price(id: Int!): Int } type Mutation { pay(id: Int!): Int }';
const schema = buildSchema(sdl);
const rootValue = { price: ({ id }) => id, pay: ({ id }) => id };
const DOCUMENTS = {
  query: '{ a: price(id: 1) b: price(id: 2) c: price(id: 3) }',
  mutation: 'mutation { a: pay(id: 1) b: pay(id: 2) c: pay(id: 3) }',
};
let received = [];
const subgraph = createServer(async (request, response) => {
  const { query: source, variables: variableValues } = await new Response(request).json();
  received.push(source);
  response.setHeader('content-type', 'application/json');
  response.end(JSON.stringify(await graphql({ schema, source, rootValue, variableValues })));
});

async function countFor(ask) {
  const counts = {};
  for (const [kind, document] of Object.entries(DOCUMENTS)) {
    received = [];
    counts[kind] = { data: JSON.stringify((await ask(document)).data), subgraphRequests: 0 };
    counts[kind].subgraphRequests = received.length;
  }
  return counts;
}

async function startHive(supergraphSdl) {
  writeFileSync('supergraph.graphql', supergraphSdl);
  const taken = createServer().listen(0, '127.0.0.1');
  await once(taken, 'listening');
  const port = String(taken.address().port);
  taken.close();
  const args = ['supergraph', 'supergraph.graphql', '--host', '127.0.0.1', '--port', port];
  const router = spawn('node_modules/.bin/hive-gateway', args, { stdio: ['ignore', 'pipe', 'inherit'] });
  process.on('exit', () => router.kill());
  for await (const line of createInterface({ input: router.stdout })) {
    if (line.includes('Listening on')) {
      router.stdout.resume();
      return `http://127.0.0.1:${port}/graphql`;
    }
  }
  throw new Error('Hive Gateway did not start');
}

(async () => {
  await once(subgraph.listen(0, '127.0.0.1'), 'listening');
  const url = `http://127.0.0.1:${subgraph.address().port}/`;
  const { supergraphSdl } = composeServices([{ name: 'shop', url, typeDefs: parse(sdl) }]);
  const apollo = new ApolloServer({ gateway: new ApolloGateway({ supergraphSdl }) });
  await apollo.start();
  const hiveUrl = await startHive(supergraphSdl);
  const seen = {
    apolloGateway: await countFor(
      async (query) => (await apollo.executeOperation({ query })).body.singleResult,
    ),
    hiveGateway: await countFor(async (query) => {
      const headers = { 'content-type': 'application/json' };
      const body = JSON.stringify({ query });
      return (await fetch(hiveUrl, { method: 'POST', headers, body })).json();
    }),
  };
  console.log(JSON.stringify({ ...seen, lastAtSubgraph: received.at(-1) }, null, 2));
  await apollo.stop();
  const counts = Object.values(seen).flatMap(Object.values).map((one) => one.subgraphRequests);
  const isAsWritten = counts.join() === '1,1,1,3' && !received.at(-1).includes('c:');
  process.exit(isAsWritten ? 0 : 1);
})();
PROGRAM
node try.cjs
