#!/usr/bin/env bash
# ioredis 6.0.0: a command that was rejected with "Command timed out" before it was ever sent is carried out later, also with maxRetriesPerRequest: 0.
#
# While the connection is made again, commands wait in a queue, and `commandTimeout` runs for them as well. When it is over, the call is
# rejected; one would expect a command that has not left the process to be dropped then, at the latest by
# `maxRetriesPerRequest: 0`. It stays in the queue and is sent once the connection is there. So a caller who took the
# rejection for "not done" and did it in another way finds it done twice: counted, locked, sent. `enableOfflineQueue: false` has no queue.
#
# Seen: three INCR while reconnecting: all rejected, the connection never open meanwhile; when it is back the counter is 3. Without the
# offline queue: rejected too, and the counter does not exist.
set -euo pipefail
command -v redis-server > /dev/null || { echo 'redis-server is needed: apt-get install redis-server' >&2; exit 2; }
folder=$(mktemp -d)
trap '{ [ -z "${server:-}" ] || kill "$server" 2> /dev/null; rm -rf "$folder"; }' EXIT
cd "$folder"
npm init --yes > /dev/null
npm install --silent --no-audit --no-fund ioredis@6.0.0
redis-server --unixsocket "$folder/redis.sock" --port 0 --save '' --dir "$folder" > redis.log &
server=$!
for _ in $(seq 100); do [ -S redis.sock ] && break; sleep 0.1; done
cat > try.cjs <<'PROGRAM'
const { once } = require('node:events');
const { Redis } = require('ioredis');
const path = 'redis.sock';
(async () => {
  const observer = new Redis({ path });

  async function countWhileReconnecting(key, enableOfflineQueue) {
    const redis = new Redis({
      path,
      enableOfflineQueue,
      commandTimeout: 100,
      maxRetriesPerRequest: 0,
      retryStrategy: () => 1000,
    });
    await once(redis, 'ready');
    const id = await redis.client('ID');
    const closed = once(redis, 'reconnecting');
    await observer.client('KILL', 'ID', id);
    await closed;
    const answers = await Promise.all(
      [1, 2, 3].map(() => redis.incr(key).then(String, ({ message }) => message)),
    );
    const status = redis.status;
    await once(redis, 'ready');
    await redis.ping();
    const counter = await observer.get(key);
    redis.disconnect();
    return { answers, statusAfterThem: status, counter };
  }

  const seen = {
    queued: await countWhileReconnecting('queued', true),
    withoutQueue: await countWhileReconnecting('not-queued', false),
  };
  observer.disconnect();
  console.log(JSON.stringify(seen, null, 2));
  const isAsWritten =
    seen.queued.answers.every((answer) => answer === 'Command timed out') &&
    seen.queued.statusAfterThem === 'reconnecting' &&
    seen.queued.counter === '3' &&
    seen.withoutQueue.answers.every((answer) => answer.includes('enableOfflineQueue')) &&
    seen.withoutQueue.counter === null;
  process.exitCode = isAsWritten ? 0 : 1;
})();
PROGRAM
node try.cjs
