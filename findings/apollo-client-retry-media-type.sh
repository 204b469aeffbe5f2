#!/usr/bin/env bash
# @apollo/client 4.3.8: the media type of a 503 decides whether RetryLink sends a mutation once or five times.
#
# By the GraphQL-over-HTTP specification one and the same error body may come as `application/json` or as
# `application/graphql-response+json`; the client asks for both. With a status that is not 2xx the older type makes HttpLink
# throw a ServerError, which RetryLink sees, and repeats: five times by default, mutations too. The newer type makes it a result with errors,
# which RetryLink does not see; `retryIf` is never asked. One would expect mutations to be sent once unless told otherwise, and
# a media type to change nothing but parsing: upgrading a server's media type switches retries off, a proxy in between on.
#
# Seen: requests made for one mutation answered 503: 5 with application/json, 1 with application/graphql-response+json.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
npm init --yes > /dev/null
npm install --silent --no-audit --no-fund @apollo/client@4.3.8 graphql@16.15.0 rxjs@7.8.2
cat > try.cjs <<'PROGRAM'
const { once } = require('node:events');
const { createServer } = require('node:http');
const { ApolloClient, ApolloLink, gql, HttpLink, InMemoryCache } = require('@apollo/client');
const { RetryLink } = require('@apollo/client/link/retry');
const BODY = JSON.stringify({ errors: [{ message: 'later', extensions: { code: 'UNAVAILABLE' } }] });

async function payWith(mediaType) {
  let requests = 0;
  const server = createServer((request, response) => {
    requests += 1;
    request.resume();
    response.writeHead(503, { 'content-type': mediaType }).end(BODY);
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const uri = `http://127.0.0.1:${server.address().port}/`;
  const link = ApolloLink.from([new RetryLink({ delay: { initial: 10 } }), new HttpLink({ uri })]);
  const client = new ApolloClient({ cache: new InMemoryCache(), link });
  const { name } = await client.mutate({ mutation: gql`mutation { pay }` }).catch((error) => error);
  server.close();
  server.closeAllConnections();
  return { requests, error: name };
}

(async () => {
  const seen = {
    'application/json': await payWith('application/json'),
    'application/graphql-response+json': await payWith('application/graphql-response+json'),
  };
  console.log(JSON.stringify(seen, null, 2));
  const requests = Object.values(seen).map((mutation) => mutation.requests);
  process.exitCode = requests.join() === '5,1' ? 0 : 1;
})();
PROGRAM
node try.cjs
