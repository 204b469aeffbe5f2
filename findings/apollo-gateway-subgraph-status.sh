#!/usr/bin/env bash
# @apollo/gateway 2.14.4: of a subgraph's GraphQL error with a status other than 2xx the message and code are replaced, and its URL goes to clients.
#
# The GraphQL-over-HTTP specification has a subgraph say 400 or 503 with a body of `errors` and the media type that says so. With 200
# the same body reaches the client. One would expect that of any well-formed response, and details of the network to stay inside. The gateway
# does not look at the body: the client gets "503: Service Unavailable" with INTERNAL_SERVER_ERROR, and the subgraph's code, by which
# clients decide what to do, only deep in `extensions.response.body`, beside the subgraph's internal address in `extensions.response.url`.
# Stack traces switched off change nothing about it. A formatError of one's own has to take both out.
#
# Seen: 200: message and code of the subgraph; 503: the other ones, and the URL of the subgraph in what the client gets.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
npm init --yes > /dev/null
npm install --silent --no-audit --no-fund @apollo/composition@2.14.4 @apollo/gateway@2.14.4 @apollo/server@5.5.1 graphql@16.15.0
cat > try.cjs <<'PROGRAM'
const { once } = require('node:events');
const { createServer } = require('node:http');
const { composeServices } = require('@apollo/composition');
const { ApolloGateway } = require('@apollo/gateway');
const { ApolloServer } = require('@apollo/server');
const { parse } = require('graphql');
const BODY = JSON.stringify({ errors: [{ message: 'closed', extensions: { code: 'SHOP_CLOSED' } }] });
let status;
const subgraph = createServer((request, response) => {
  request.resume();
  response.writeHead(status, { 'content-type': 'application/graphql-response+json' }).end(BODY);
});
(async () => {
  await once(subgraph.listen(0, '127.0.0.1'), 'listening');
  const url = `http://127.0.0.1:${subgraph.address().port}/`;
  const { supergraphSdl } = composeServices([
    { name: 'shop', url, typeDefs: parse('type Query { price: Int }') },
  ]);
  const server = new ApolloServer({
    gateway: new ApolloGateway({ supergraphSdl }),
    includeStacktraceInErrorResponses: false,
  });
  await server.start();
  const seen = {};
  for (status of [200, 503]) {
    const { body } = await server.executeOperation({ query: '{ price }' });
    const [{ message, extensions }] = body.singleResult.errors;
    const shown = JSON.stringify(body.singleResult).includes(url);
    seen[status] = { message, code: extensions.code, urlOfSubgraphShown: shown };
  }
  console.log(JSON.stringify(seen, null, 2));
  await server.stop();
  subgraph.close();
  subgraph.closeAllConnections();
  const isAsWritten =
    Object.values(seen[200]).join() === 'closed,SHOP_CLOSED,false' &&
    Object.values(seen[503]).join() === '503: Service Unavailable,INTERNAL_SERVER_ERROR,true';
  process.exitCode = isAsWritten ? 0 : 1;
})();
PROGRAM
node try.cjs
