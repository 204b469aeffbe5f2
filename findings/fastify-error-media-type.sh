#!/usr/bin/env bash
# fastify 5.12.8: before an error handler runs, the content-type that a hook has set is taken off the reply; no other header is.
#
# A GraphQL server negotiates the media type early (`application/graphql-response+json` or `application/json`), and an error
# handler writes an error in it. One would expect `reply.header()` to hold until the reply is sent, or all headers to go when
# an error comes. It is the content-type alone: what is sent as text becomes text/plain, which no GraphQL client parses, while headers
# that describe the same body (vary, content-language) stay. The handler has to negotiate again. Without an error it holds.
#
# Seen: a route that returns: application/graphql-response+json; charset=utf-8; one that throws: text/plain; charset=utf-8, and `vary` still there.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
npm init --yes > /dev/null
npm install --silent --no-audit --no-fund fastify@5.12.8
cat > try.cjs <<'PROGRAM'
const fastify = require('fastify');
const MEDIA_TYPE = 'application/graphql-response+json';
(async () => {
  const app = fastify();
  const types = [];
  app.addHook('onRequest', async (_request, reply) => {
    reply.header('content-type', MEDIA_TYPE).header('vary', 'accept');
  });
  app.setErrorHandler((error, _request, reply) => {
    types.push(reply.getHeader('content-type') ?? 'none');
    return reply.code(503).send(JSON.stringify({ errors: [{ message: error.message }] }));
  });
  app.get('/returns', async () => JSON.stringify({ data: null }));
  app.get('/throws', async () => {
    throw new Error('later');
  });
  const describe = ({ headers }) => ({ type: headers['content-type'], vary: headers.vary });
  const seen = {
    fastify: app.version,
    returns: describe(await app.inject('/returns')),
    throws: describe(await app.inject('/throws')),
    inTheErrorHandler: types,
  };
  console.log(JSON.stringify(seen, null, 2));
  const isAsWritten =
    seen.returns.type === `${MEDIA_TYPE}; charset=utf-8` &&
    seen.throws.type === 'text/plain; charset=utf-8' &&
    seen.throws.vary === 'accept' &&
    types.join() === 'none';
  process.exitCode = isAsWritten ? 0 : 1;
})();
PROGRAM
node try.cjs
