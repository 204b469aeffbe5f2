#!/usr/bin/env bash
# undici 7.30.2: after connections that could not be made, a Pool has more of them than its `connections`. In 8.13.1, which needs Node 22, no more.
#
# Who sets `connections: 2` expects no more than 2 requests in flight at a time, and uses it as the bound of what an upstream is asked. In version 7 a
# client whose connection failed is taken out of the pool, so that a new one has room, but it is not closed: it connects again for the requests that it
# still gets from the pool's queue, and counts no more. So the bound is passed just when a server comes back, by the requests that waited for it; and a
# request that was given to such a client fails with it, without a try of its own. Who has to keep a bound needs a semaphore before the pool.
#
# Seen, the most in flight of 24 requests that each try again, `connections: 2`: 2 where every connection works; where the first 2, 4 and 8 fail: 4, 5
# and 6 with 7.30.2, always 2 with 8.13.1.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
npm init --yes > /dev/null
npm install --silent --no-audit --no-fund node@24.21.0 undici-7@npm:undici@7.30.2 undici-8@npm:undici@8.13.1
cat > try.cjs <<'PROGRAM'
const { once } = require('node:events');
const { createServer } = require('node:http');

const CONNECTIONS = 2;

/** The most requests at a time that a server sees, where so many connections fail before the first one is made. */
async function findMost(name, failures) {
  const { Pool, buildConnector } = require(name);
  let inFlight = 0;
  let most = 0;
  const server = createServer((_request, response) => {
    inFlight += 1;
    most = Math.max(most, inFlight);
    setTimeout(() => {
      inFlight -= 1;
      response.end();
    }, 100);
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const connectNow = buildConnector({});
  let tries = 0;
  const connect = (options, callback) => {
    tries += 1;
    if (tries > failures) {
      connectNow(options, callback);
    } else {
      setTimeout(() => callback(Object.assign(new Error('refused'), { code: 'ECONNREFUSED' }), null), 5);
    }
  };
  const pool = new Pool(`http://127.0.0.1:${server.address().port}`, { connections: CONNECTIONS, connect });
  const call = async () => {
    for (;;) {
      try {
        const { body } = await pool.request({ path: '/', method: 'GET' });
        return await body.dump();
      } catch {
        // Try again.
      }
    }
  };
  await Promise.all(Array.from({ length: 24 }, call));
  await pool.close();
  server.close();
  return most;
}

(async () => {
  const seen = {};
  for (const [version, name] of [['7.30.2', 'undici-7'], ['8.13.1', 'undici-8']]) {
    seen[version] = {};
    for (const failures of [0, 2, 4, 8]) {
      seen[version][`${failures} failed`] = await findMost(name, failures);
    }
  }
  console.log('most requests in flight, connections: 2', JSON.stringify(seen, null, 2));
  const [usual, ...exceeded] = Object.values(seen['7.30.2']);
  const isAsWritten =
    usual === CONNECTIONS &&
    exceeded.every((most) => most > CONNECTIONS) &&
    Object.values(seen['8.13.1']).every((most) => most === CONNECTIONS);
  process.exit(isAsWritten ? 0 : 1);
})();
PROGRAM
node_modules/node/bin/node try.cjs
