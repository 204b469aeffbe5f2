#!/usr/bin/env bash
# redis-server 7.0.15 (Debian's package), by ioredis 6.0.0: a full Redis refuses a script only if its first write takes space.
#
# With `maxmemory` reached and `maxmemory-policy noeviction` a command that takes space is refused (OOM). Inside a script that is
# checked until the script has written once: one that begins with a write that takes none (ZREMRANGEBYSCORE, DEL, PEXPIRE) may then
# write as much as it likes. So the usual order of a sliding window, "drop what is old, then add", never finds out that Redis is
# full and goes on filling it, while "add, then drop what is old" is. One would expect both to be refused, or neither.
#
# Seen: ZADD alone is refused (OOM); add first is refused (OOM); drop first is carried out, and its entry is there.
set -euo pipefail
command -v redis-server > /dev/null || { echo 'redis-server is needed: apt-get install redis-server' >&2; exit 2; }
folder=$(mktemp -d)
trap '{ [ -z "${server:-}" ] || kill "$server" 2> /dev/null; rm -rf "$folder"; }' EXIT
cd "$folder"
npm init --yes > /dev/null
npm install --silent --no-audit --no-fund ioredis@6.0.0
redis-server --unixsocket "$folder/redis.sock" --port 0 --save '' --dir "$folder" --maxmemory 1 \
  --maxmemory-policy noeviction > redis.log &
server=$!
for _ in $(seq 100); do [ -S redis.sock ] && break; sleep 0.1; done
cat > try.cjs <<'PROGRAM'
const { Redis } = require('ioredis');
const ADD = "redis.call('ZADD', KEYS[1], 2, 'new')";
const DROP = "redis.call('ZREMRANGEBYSCORE', KEYS[1], '-inf', 1)";
(async () => {
  const redis = new Redis({ path: 'redis.sock' });
  const isRefused = (command) =>
    command.then(
      () => false,
      (error) => {
        if (!error.message.includes('OOM')) {
          throw error;
        }
        return true;
      },
    );
  const seen = {
    redis: /redis_version:(\S+)/.exec(await redis.info('server'))[1],
    addAlone: await isRefused(redis.zadd('alone', 2, 'new')),
    addThenDrop: await isRefused(redis.eval(`${ADD} ${DROP}`, 1, 'add-first')),
    dropThenAdd: await isRefused(redis.eval(`${DROP} ${ADD}`, 1, 'drop-first')),
    entriesOfDropThenAdd: await redis.zcard('drop-first'),
  };
  console.log(JSON.stringify(seen, null, 2));
  redis.disconnect();
  const isAsWritten =
    seen.addAlone && seen.addThenDrop && !seen.dropThenAdd && seen.entriesOfDropThenAdd === 1;
  process.exitCode = isAsWritten ? 0 : 1;
})();
PROGRAM
node try.cjs
