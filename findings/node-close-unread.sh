#!/usr/bin/env bash
# Node 20.20.2, 24.21.0 and 26.10.0: `server.close()` of node:http cuts off a response that a client has not read to its end.
#
# Its documentation: it "closes all connections connected to this server which are not sending a request or waiting for a response". A client that
# has half of a response waits for the rest, so one expects that close() lets it have that. But a connection counts as idle from the moment the
# handler calls `response.end()`, although what it wrote is still in the memory of the process: the connection is destroyed, the client gets half a
# response, and neither `response` nor the server reports an error. A server that drains at SIGTERM by close(), as frameworks do too, so cuts off
# its slowest clients. net.Server's own close(), which http.Server's calls, ends no connection.
#
# Seen, for a response of 3,000,000 bytes of which a client has read nothing when close() is called: less than all of it with http.Server's close(),
# `finish` not emitted, no error; all of it with `net.Server.prototype.close.call(server)`. The same with all three.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
npm init --yes > /dev/null
npm install --silent --no-audit --no-fund node-20@npm:node@20.20.2 node-24@npm:node@24.21.0 node-26@npm:node@26.10.0
cat > try.cjs <<'PROGRAM'
const { once } = require('node:events');
const { createServer } = require('node:http');
const net = require('node:net');

const BYTES = 3_000_000;

/** Over a socket of the file system, as its buffers are small. */
async function run(close) {
  const events = [];
  const server = createServer((_request, response) => {
    for (const name of ['finish', 'error']) {
      response.on(name, () => events.push(name));
    }
    response.end('x'.repeat(BYTES));
  }).listen('socket');
  await once(server, 'listening');
  const client = net.connect('socket').pause();
  client.write('GET / HTTP/1.1\r\nHost: localhost\r\nConnection: keep-alive\r\n\r\n');
  await once(server, 'request');
  await new Promise((resolve) => setTimeout(resolve, 200));
  close(server);
  let received = 0;
  client.on('data', (chunk) => {
    received += chunk.length;
  });
  client.on('error', () => events.push('reset'));
  client.resume();
  setTimeout(() => client.destroy(), 1_000);
  await once(client, 'close');
  return `${received < BYTES ? 'cut off' : 'whole'}, events: ${events.join() || 'none'}`;
}

(async () => {
  const seen = {
    http: await run((server) => server.close()),
    net: await run((server) => net.Server.prototype.close.call(server)),
  };
  console.log(JSON.stringify(seen));
  process.exit();
})();
PROGRAM
expected='{"http":"cut off, events: none","net":"whole, events: finish"}'
status=0
for major in 20 24 26; do
  node="node_modules/node-$major/bin/node"
  rm -f socket
  seen=$("$node" try.cjs)
  echo "$("$node" --version) $seen"
  [ "$seen" = "$expected" ] || status=1
done
exit $status
