#!/usr/bin/env bash
# jose 6.2.18: once `cacheMaxAge` is over and the provider's keys cannot be read, tokens are refused that the keys in memory verify.
#
# createRemoteJWKSet keeps the provider's keys for ten minutes. When they are old and the endpoint answers 503, one would expect the
# cached keys to serve on (as "stale-if-error" does), or at least a pause before it is asked again. But the keys are not used,
# although it still holds them, and `cooldownDuration` counts from the last success: every token that arrives is one more request
# to the endpoint that is down (one at a time). A short outage of the provider ends all calls of a service ten minutes after
# it last read the keys, also those of callers whose tokens it has verified a moment ago.
#
# Seen: a good token is verified; the same token after cacheMaxAge with the endpoint at 503: five tries, none verified, five requests,
# one key still held. When the endpoint is back the token is verified again.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
npm init --yes > /dev/null
npm install --silent --no-audit --no-fund jose@6.2.18
cat > try.mjs <<'PROGRAM'
import { once } from 'node:events';
import { createServer } from 'node:http';
import { setTimeout } from 'node:timers/promises';
import { createRemoteJWKSet, exportJWK, generateKeyPair, jwtVerify, SignJWT } from 'jose';
const MAX_AGE_MS = 100;
const { publicKey, privateKey } = await generateKeyPair('ES256');
const jwks = JSON.stringify({ keys: [{ ...(await exportJWK(publicKey)), alg: 'ES256', kid: 'a' }] });
const token = await new SignJWT()
  .setProtectedHeader({ alg: 'ES256', kid: 'a' })
  .setExpirationTime('1h')
  .sign(privateKey);
let isDown = false;
let requests = 0;
const server = createServer((_request, response) => {
  requests += 1;
  response.writeHead(isDown ? 503 : 200, { 'content-type': 'application/json' }).end(jwks);
}).listen(0, '127.0.0.1');
await once(server, 'listening');
const keys = createRemoteJWKSet(new URL(`http://127.0.0.1:${server.address().port}/`), {
  cacheMaxAge: MAX_AGE_MS,
});
const verify = () =>
  jwtVerify(token, keys).then(
    () => 'verified',
    (error) => error.code,
  );
const seen = { before: await verify() };
await setTimeout(2 * MAX_AGE_MS);
isDown = true;
requests = 0;
seen.down = [];
for (let index = 0; index < 5; index += 1) {
  seen.down.push(await verify());
}
seen.requestsWhileDown = requests;
seen.keysHeld = keys.jwks().keys.length;
isDown = false;
seen.after = await verify();
console.log(JSON.stringify(seen, null, 2));
server.close();
server.closeAllConnections();
const isAsWritten =
  seen.before === 'verified' &&
  seen.down.every((result) => result === 'ERR_JOSE_GENERIC') &&
  seen.requestsWhileDown === 5 &&
  seen.keysHeld === 1 &&
  seen.after === 'verified';
process.exitCode = isAsWritten ? 0 : 1;
PROGRAM
node try.mjs
