#!/usr/bin/env bash
# @apollo/server 5.5.1 with graphql 16.15.0: too many faults in the variables are an INTERNAL_SERVER_ERROR.
#
# `executionOptions.maxCoercionErrors` bounds how many faults in variables are reported. Below the bound Apollo Server gives
# each the code BAD_USER_INPUT. Beyond it graphql-js adds an error of its own, which points at no place in the document,
# and by that place Apollo Server recognises errors in variables: the last error has the code INTERNAL_SERVER_ERROR. A server that logs
# or alerts on that code does so whenever a client sends a few wrong fields. Without the option the bound is 50.
#
# Seen, with a bound of 2 and 3 unknown fields: two BAD_USER_INPUT, then one INTERNAL_SERVER_ERROR; HTTP status 400.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
npm init --yes > /dev/null
npm install --silent --no-audit --no-fund @apollo/server@5.5.1 graphql@16.15.0
cat > try.cjs <<'PROGRAM'
const { ApolloServer, HeaderMap } = require('@apollo/server');
const typeDefs = 'type Query { find(filter: Filter): Int } input Filter { name: String }';
const server = new ApolloServer({ typeDefs, executionOptions: { maxCoercionErrors: 2 } });
(async () => {
  await server.start();
  const { status, body } = await server.executeHTTPGraphQLRequest({
    httpGraphQLRequest: {
      method: 'POST',
      headers: new HeaderMap([['content-type', 'application/json']]),
      search: '',
      body: {
        query: 'query ($filter: Filter) { find(filter: $filter) }',
        variables: { filter: { a: 1, b: 2, c: 3 } },
      },
    },
    context: async () => ({}),
  });
  const { errors } = JSON.parse(body.string);
  const codes = errors.map(({ extensions }) => extensions.code);
  const seen = { status, errors: errors.map(({ message }, index) => ({ code: codes[index], message })) };
  console.log(JSON.stringify(seen, null, 2));
  const isAsWritten =
    status === 400 &&
    codes.join() === 'BAD_USER_INPUT,BAD_USER_INPUT,INTERNAL_SERVER_ERROR';
  await server.stop();
  process.exitCode = isAsWritten ? 0 : 1;
})();
PROGRAM
node try.cjs
