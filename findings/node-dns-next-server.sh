#!/usr/bin/env bash
# Node 24.21.0, dns.Resolver: the second name server is not asked when the first one says SERVFAIL or REFUSED.
#
# By Node's documentation of setServers only "not found" is final, and a time-out or any other error leads to the next server. So one
# lists a second server for a first that is broken or does not serve the caller. For Node's resolver (c-ares) each response is final, also
# one that says that the server cannot answer: the call fails at once. Only a closed port or silence makes it ask the next one. Who
# needs the second server has to ask it with a Resolver of its own.
#
# Seen, the second server having the record: SERVFAIL: ESERVFAIL, second asked 0 times; REFUSED: EREFUSED, 0 times; silence and a closed
# port: the record, second asked once.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
npm init --yes > /dev/null
npm install --silent --no-audit --no-fund node@24.21.0 dns-packet@5.6.1
cat > try.cjs <<'PROGRAM'
const { createSocket } = require('node:dgram');
const { Resolver } = require('node:dns').promises;
const { once } = require('node:events');
const packet = require('dns-packet');
const RCODES = { SERVFAIL: 2, REFUSED: 5 };
const answer = { type: 'MX', ttl: 60, data: { preference: 1, exchange: 'mail.example.com' } };

/** Calls `respond` for each question: undefined is silence. */
async function startServer(respond) {
  const socket = createSocket('udp4');
  const server = { asked: 0, close: () => socket.close() };
  socket.on('message', (message, { port, address }) => {
    const { id, questions } = packet.decode(message);
    server.asked += 1;
    const response = respond(questions);
    if (response !== undefined) {
      const bytes = packet.encode({ type: 'response', id, questions, flags: 0, ...response });
      socket.send(bytes, port, address);
    }
  });
  await once(socket.bind(0, '127.0.0.1'), 'listening');
  server.address = `127.0.0.1:${socket.address().port}`;
  return server;
}

async function askBoth(first) {
  const second = await startServer(([{ name }]) => ({ answers: [{ ...answer, name }] }));
  const resolver = new Resolver({ timeout: 200, tries: 1 });
  resolver.setServers([first, second.address]);
  const result = await resolver.resolveMx('example.com').then(
    ([{ exchange }]) => exchange,
    (error) => error.code,
  );
  second.close();
  return { result, secondAsked: second.asked };
}

(async () => {
  const seen = {};
  for (const [name, flags] of Object.entries(RCODES)) {
    const server = await startServer(() => ({ flags }));
    seen[name] = await askBoth(server.address);
    server.close();
  }
  const silent = await startServer(() => undefined);
  seen.silence = await askBoth(silent.address);
  silent.close();
  seen.closedPort = await askBoth(silent.address);
  console.log(JSON.stringify({ node: process.version, ...seen }, null, 2));
  const results = Object.values(seen).map(({ result, secondAsked }) => `${result} ${secondAsked}`);
  const expected = ['ESERVFAIL 0', 'EREFUSED 0', 'mail.example.com 1', 'mail.example.com 1'];
  process.exitCode = results.join() === expected.join() ? 0 : 1;
})();
PROGRAM
node_modules/node/bin/node try.cjs
