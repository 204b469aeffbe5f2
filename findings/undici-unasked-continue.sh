#!/usr/bin/env bash
# undici 7.30.2 and 8.13.0, and fetch of Node 24.21.0: a `100 Continue` that was not asked for ends the call, although the response follows.
#
# RFC 9110 (15.2): a client has to be able to parse interim responses (1xx) before the final one, also when it does not expect any;
# node:http skips them, and undici skips 102 and 103. But 100 without `expect: 100-continue` in the request is "bad response" for it:
# the connection is closed and the call fails with UND_ERR_SOCKET, the same code as a connection lost half way. A server or proxy
# that always says 100 before it takes a body has by then carried out the request: who repeats it on that code does it twice.
#
# Seen, for a server that sends 100 and then 204: undici's two versions and fetch UND_ERR_SOCKET; node:http 204. With 103: 204.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
npm init --yes > /dev/null
npm install --silent --no-audit --no-fund node@24.21.0 undici-7@npm:undici@7.30.2 undici-8@npm:undici@8.13.0
cat > try.cjs <<'PROGRAM'
const { once } = require('node:events');
const http = require('node:http');
const { createServer } = require('node:net');

/** A new server for each call, so that no connection is used again. */
async function callWith(interim, call) {
  const server = createServer((socket) => {
    socket.on('error', () => {});
    socket.once('data', () =>
      socket.write(`HTTP/1.1 ${interim}\r\n\r\nHTTP/1.1 204 No Content\r\nConnection: close\r\n\r\n`),
    );
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  try {
    return await call(`http://127.0.0.1:${server.address().port}/`);
  } catch (error) {
    return error.cause?.code ?? error.code;
  } finally {
    server.close();
  }
}

const byUndici = (name) => async (url) => {
  const { Agent, request } = require(name);
  const dispatcher = new Agent();
  const { statusCode, body } = await request(url, { method: 'PUT', body: '{}', dispatcher });
  await body.dump();
  await dispatcher.destroy();
  return statusCode;
};
const byNodeHttp = async (url) => {
  const request = http.request(url, { method: 'PUT' }).end('{}');
  const [response] = await once(request, 'response');
  response.resume();
  return response.statusCode;
};
const byFetch = async (url) => (await fetch(url, { method: 'PUT', body: '{}' })).status;

(async () => {
  const seen = {};
  for (const interim of ['100 Continue', '103 Early Hints']) {
    seen[interim] = {
      'undici 7.30.2': await callWith(interim, byUndici('undici-7')),
      'undici 8.13.0': await callWith(interim, byUndici('undici-8')),
      'node:http': await callWith(interim, byNodeHttp),
    };
  }
  seen['100 Continue'][`fetch of ${process.version}`] = await callWith('100 Continue', byFetch);
  console.log(JSON.stringify(seen, null, 2));
  const isAsWritten =
    Object.values(seen['100 Continue']).join() === 'UND_ERR_SOCKET,UND_ERR_SOCKET,204,UND_ERR_SOCKET' &&
    Object.values(seen['103 Early Hints']).join() === '204,204,204';
  process.exit(isAsWritten ? 0 : 1);
})();
PROGRAM
node_modules/node/bin/node try.cjs
