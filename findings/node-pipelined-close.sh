#!/usr/bin/env bash
# Node 20.20.2, 24.21.0 and 26.10.0: `Connection: close` in one response drops the response to a request behind it that was carried out.
#
# A client may send a request before it has the response to the one before (pipelining; undici does with `pipelining` above 1). Node hands
# both to the handlers at once and writes the responses in order. A server that drains sets `Connection: close` on what it still sends, so
# that clients go elsewhere, and one expects of that what server.close() does: no new requests, and an end to those that run. Here the
# second handler has long begun, gets no sign of that, and carries out what it was asked; but the connection ends with the first response, and
# what the second one writes goes nowhere, without an error. To its client a POST that was carried out looks like one that was lost.
#
# Seen, for two requests in one packet, the first answered while the second runs: 2 carried out and 1 response with `Connection: close`, no
# error at either `response`; 2 and 2 without it, and 2 and 2 with server.close() in its place. The same with all three.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
npm init --yes > /dev/null
npm install --silent --no-audit --no-fund node-20@npm:node@20.20.2 node-24@npm:node@24.21.0 node-26@npm:node@26.10.0
cat > try.cjs <<'PROGRAM'
const { once } = require('node:events');
const { createServer } = require('node:http');
const { connect } = require('node:net');

async function run({ headers = {}, closes = false }) {
  let carriedOut = 0;
  let errors = 0;
  const running = [];
  const bothRun = new Promise((resolve) => {
    running.onSecond = resolve;
  });
  const server = createServer((request, response) => {
    response.on('error', () => {
      errors += 1;
    });
    request.resume().once('end', () => {
      running.push(response);
      if (running.length === 2) {
        running.onSecond();
      }
    });
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const socket = connect(server.address().port, '127.0.0.1').setEncoding('latin1');
  let received = '';
  socket.on('data', (chunk) => {
    received += chunk;
  });
  socket.write('POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 2\r\n\r\n{}'.repeat(2));
  await bothRun;
  if (closes) {
    server.close();
  }
  for (const [index, response] of running.entries()) {
    carriedOut += 1;
    response.writeHead(200, index === 0 ? headers : {}).end('done');
    // The second takes longer.
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  await new Promise((resolve) => setTimeout(resolve, 200));
  socket.destroy();
  server.close();
  const responses = received.split('HTTP/1.1 200').length - 1;
  return `${carriedOut} carried out, ${responses} responses, ${errors} errors`;
}

(async () => {
  console.log(
    JSON.stringify({
      'as usual': await run({}),
      'server.close()': await run({ closes: true }),
      'Connection: close': await run({ headers: { connection: 'close' } }),
    }),
  );
})();
PROGRAM
expected='{"as usual":"2 carried out, 2 responses, 0 errors","server.close()":"2 carried out, 2 responses, 0 errors","Connection: close":"2 carried out, 1 responses, 0 errors"}'
status=0
for major in 20 24 26; do
  node="node_modules/node-$major/bin/node"
  seen=$("$node" try.cjs)
  echo "$("$node" --version) $seen"
  [ "$seen" = "$expected" ] || status=1
done
exit $status
