#!/usr/bin/env bash
# undici 7.30.2, and fetch of Node 24.21.0: a request that is aborted while it waits for its response makes one more connection. 8.13.1 makes none.
#
# Aborting has to close the connection, as the response may still come on it. Nothing else waits, so nothing should be connected: the next
# request will see to that. But once the connection of the aborted request has closed, undici 7 opens another, with no request for it. A
# service that is slow, and whose callers time out, so gets a TCP and TLS handshake for each call it could not answer, a proxy
# a CONNECT, and a place within the caller's bound on connections is taken by one that no request needs.
#
# Seen, for one PUT to a server that does not answer, aborted after 100 ms: 2 connections and 1 request with Client, Pool and Agent of 7.30.2
# and with fetch; 1 and 1 with those of 8.13.1 and with node:http's keep-alive agent.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
npm init --yes > /dev/null
npm install --silent --no-audit --no-fund node@24.21.0 undici-7@npm:undici@7.30.2 undici-8@npm:undici@8.13.1
cat > try.cjs <<'PROGRAM'
const { once } = require('node:events');
const http = require('node:http');
const { createServer } = require('node:net');
const { setTimeout: delay } = require('node:timers/promises');

const PUT = { path: '/', method: 'PUT', body: '{}' };

async function count(call) {
  let connections = 0;
  let requests = 0;
  const sockets = new Set();
  const server = createServer((socket) => {
    connections += 1;
    sockets.add(socket);
    socket.on('error', () => {});
    socket.once('data', () => {
      requests += 1;
    });
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  await call(`http://127.0.0.1:${server.address().port}`, AbortSignal.timeout(100)).catch(() => {});
  await delay(500);
  server.close();
  for (const socket of sockets) {
    socket.destroy();
  }
  return `${connections} connections, ${requests} request`;
}

const byFetch = (url, signal) => fetch(url, { ...PUT, signal });

const byNodeHttp = async (url, signal) => {
  const agent = new http.Agent({ keepAlive: true });
  await once(http.request(url, { method: 'PUT', agent, signal }).end('{}'), 'response');
};

function byUndici(name) {
  const { Agent, Client, Pool } = require(name);
  return {
    Client: (origin, signal) => new Client(origin).request({ ...PUT, signal }),
    Pool: (origin, signal) => new Pool(origin).request({ ...PUT, signal }),
    Agent: (origin, signal) => new Agent().request({ ...PUT, origin, signal }),
  };
}

(async () => {
  const seen = {};
  // What one expects.
  const others = { 'node:http': await count(byNodeHttp) };
  for (const [version, name] of [['7.30.2', 'undici-7'], ['8.13.1', 'undici-8']]) {
    for (const [kind, call] of Object.entries(byUndici(name))) {
      const counts = version === '7.30.2' ? seen : others;
      counts[`${kind} of undici ${version}`] = await count(call);
    }
  }
  seen[`fetch of Node ${process.version}`] = await count(byFetch);
  console.log(JSON.stringify({ ...seen, ...others }, null, 2));
  const isAsWritten =
    Object.values(seen).every((counted) => counted === '2 connections, 1 request') &&
    Object.values(others).every((counted) => counted === '1 connections, 1 request');
  process.exit(isAsWritten ? 0 : 1);
})();
PROGRAM
node_modules/node/bin/node try.cjs
