#!/usr/bin/env bash
# Node 24.21.0: what crypto.randomUUID() returns weighs some 480 bytes until something looks at its characters.
#
# The text has 36 characters of one byte, so one would expect some 56 bytes with V8's header. Node puts it together from twenty
# pieces with `+`, and V8 keeps the result of each `+` as a pair of pointers (a cons string) until the characters are needed in
# one piece. Ids that are only stored, as the key of a record or in a list, stay like that: a table of 100,000 of them takes
# seven times the memory. One comparison, a regular expression or a Buffer makes it flat.
#
# Seen: more than 400 bytes for each id as it comes; less than 100 for one that went through a Buffer.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
npm init --yes > /dev/null
npm install --silent --no-audit --no-fund node@24.21.0
cat > try.cjs <<'PROGRAM'
const { randomUUID } = require('node:crypto');
const COUNT = 100_000;
function measure(make) {
  global.gc();
  const before = process.memoryUsage().heapUsed;
  const ids = Array.from({ length: COUNT }, make);
  global.gc();
  const bytes = (process.memoryUsage().heapUsed - before) / COUNT;
  return ids.length === COUNT ? Math.round(bytes) : NaN;
}
measure(() => randomUUID());
const seen = {
  node: process.version,
  asItComes: measure(() => randomUUID()),
  madeFlat: measure(() => Buffer.from(randomUUID(), 'latin1').toString('latin1')),
};
console.log(JSON.stringify(seen, null, 2));
process.exitCode = seen.asItComes > 400 && seen.madeFlat < 100 ? 0 : 1;
PROGRAM
node_modules/node/bin/node --expose-gc try.cjs
