#!/usr/bin/env bash
# @graphql-hive/gateway-runtime 2.12.1: with upstreamRetry a mutation that succeeded is carried out again if its response has a Retry-After.
#
# RFC 9110 (10.2.3) has Retry-After say when to make a follow-up request, and a subgraph may say so beside data: "take the next page", "one
# more payment in a minute" (a rate limit told as a result). One would expect a retry option to look at failures, and to leave
# mutations out unless asked. `upstreamRetry: { maxRetries }` repeats each request whose response has the header, 200 with
# data and no errors included, mutations too, and returns the last result: what the first one did is hidden. Without the header
# the same response is taken as it is. Where a subgraph has side effects `shouldRetry` has to be one's own.
#
# Seen, for one mutation of a client with maxRetries 2, answered 200 with data each time: 1 request without the header, 3 with it, and the
# client gets the data of the third.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
npm init --yes > /dev/null
npm install --silent --no-audit --no-fund @apollo/composition@2.14.4 @graphql-hive/gateway-runtime@2.12.1 \
  @graphql-mesh/transport-http@1.2.1 graphql@16.15.0
cat > try.mjs <<'PROGRAM'
import { once } from 'node:events';
import { createServer } from 'node:http';
import { composeServices } from '@apollo/composition';
import { createGatewayRuntime } from '@graphql-hive/gateway-runtime';
import { parse } from 'graphql';
let payments = 0;
let extraHeaders = {};
const subgraph = createServer((request, response) => {
  payments += 1;
  request.resume();
  response.writeHead(200, { 'content-type': 'application/json', ...extraHeaders });
  response.end(JSON.stringify({ data: { pay: payments } }));
}).listen(0, '127.0.0.1');
await once(subgraph, 'listening');
const url = `http://127.0.0.1:${subgraph.address().port}/`;
const typeDefs = parse('type Query { nothing: Int } type Mutation { pay: Int }');
const { supergraphSdl } = composeServices([{ name: 'shop', url, typeDefs }]);
const gateway = createGatewayRuntime({
  supergraph: supergraphSdl,
  logging: false,
  upstreamRetry: { maxRetries: 2, retryDelay: 10 },
});

async function pay(headers) {
  payments = 0;
  extraHeaders = headers;
  const response = await gateway.fetch('http://gateway.example/graphql', {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ query: 'mutation { pay }' }),
  });
  return { payments, client: await response.json() };
}

const seen = { without: await pay({}), retryAfter: await pay({ 'retry-after': '1' }) };
console.log(JSON.stringify(seen, null, 2));
const isAsWritten =
  seen.without.payments === 1 &&
  seen.retryAfter.payments === 3 &&
  JSON.stringify(seen.retryAfter.client) === '{"data":{"pay":3}}';
process.exit(isAsWritten ? 0 : 1);
PROGRAM
node try.mjs
