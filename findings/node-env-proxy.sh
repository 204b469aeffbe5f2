#!/usr/bin/env bash
# Node 24.21.0 with NODE_USE_ENV_PROXY=1: fetch and node:https read one and the same proxy variables in two ways.
#
# The switch makes Node follow HTTP_PROXY, HTTPS_PROXY and NO_PROXY, one would expect in the same way whichever client a package uses. They are
# two implementations. With HTTP_PROXY alone fetch sends https targets to that proxy as well, https.request connects
# directly. A range of addresses in NO_PROXY is understood by https.request alone. So of two packages in one process, an HTTP client and
# a fetcher of keys, one goes through the proxy and the other does not. A block in CIDR form is understood by neither.
#
# Seen (an https target): HTTP_PROXY alone: fetch by the proxy, https.request directly; HTTPS_PROXY with NO_PROXY=127.0.0.0-127.0.0.9:
# the same; with NO_PROXY=127.0.0.0/8: both by the proxy; with NO_PROXY=127.0.0.1: both directly.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
npm init --yes > /dev/null
npm install --silent --no-audit --no-fund node@24.21.0
cat > client.cjs <<'PROGRAM'
const https = require('node:https');
const [client, url] = process.argv.slice(2);
// The proxy refuses, and nothing serves TLS: what counts is who was asked.
const done = () => process.exit();
client === 'fetch' ? fetch(url).then(done, done) : https.get(url, done).on('error', done);
PROGRAM
cat > try.cjs <<'PROGRAM'
const { spawn } = require('node:child_process');
const { once } = require('node:events');
const { createServer } = require('node:http');
const { createServer: createTcpServer } = require('node:net');
let asked = [];
const proxy = createServer().on('connect', (_request, socket) => {
  asked.push('proxy');
  socket.on('error', () => {});
  socket.end('HTTP/1.1 403 Forbidden\r\n\r\n');
});
const target = createTcpServer((socket) => {
  asked.push('directly');
  socket.on('error', () => {});
  socket.destroy();
});
async function listen(server) {
  await once(server.listen(0, '127.0.0.1'), 'listening');
  return `127.0.0.1:${server.address().port}`;
}
(async () => {
  const proxyUrl = `http://${await listen(proxy)}`;
  const url = `https://${await listen(target)}/`;
  async function routeOf(client, variables) {
    asked = [];
    const env = { PATH: process.env.PATH, NODE_USE_ENV_PROXY: '1', ...variables };
    await once(spawn(process.execPath, ['client.cjs', client, url], { env, stdio: 'inherit' }), 'close');
    return asked.join();
  }
  const settings = {
    'HTTP_PROXY alone': { HTTP_PROXY: proxyUrl },
    'NO_PROXY=127.0.0.0-127.0.0.9': { HTTPS_PROXY: proxyUrl, NO_PROXY: '127.0.0.0-127.0.0.9' },
    'NO_PROXY=127.0.0.0/8': { HTTPS_PROXY: proxyUrl, NO_PROXY: '127.0.0.0/8' },
    'NO_PROXY=127.0.0.1': { HTTPS_PROXY: proxyUrl, NO_PROXY: '127.0.0.1' },
  };
  const seen = {};
  for (const [name, variables] of Object.entries(settings)) {
    const fetched = await routeOf('fetch', variables);
    seen[name] = { fetch: fetched, 'https.request': await routeOf('https', variables) };
  }
  console.log(JSON.stringify({ node: process.version, ...seen }, null, 2));
  proxy.close();
  target.close();
  const routes = Object.values(seen).map((clients) => Object.values(clients).join(' '));
  const expected = 'proxy directly,proxy directly,proxy proxy,directly directly';
  process.exitCode = routes.join() === expected ? 0 : 1;
})();
PROGRAM
node_modules/node/bin/node try.cjs
