#!/usr/bin/env bash
# redis-server 7.0.15 (Debian's package) as a cluster, by ioredis 6.0.0: while a slot is moved, a script over two keys fails for as long as both are new.
#
# Keys with one hash tag share a slot, which is the advice for scripts over several keys. During a move one would expect trouble where one key
# has gone and the other has not (TRYAGAIN). But keys that exist nowhere yet count as gone for the old node, which says ASK, and
# as missing for the new one, which says TRYAGAIN when there are several: no node takes them until the whole slot has moved. So what is
# kept as two new keys for each event (a hold and a count, say) fails for every new event, while old ones go on, and a
# single key is redirected and works. ioredis repeats 16 times and shows whichever response was the last.
#
# Seen, with the slot half way: two keys that exist: carried out; one new key: carried out; two new keys: old node ASK, new node TRYAGAIN,
# and the client's call fails. Once the slot has moved it is carried out.
set -euo pipefail
command -v redis-server > /dev/null || { echo 'redis-server is needed: apt-get install redis-server' >&2; exit 2; }
folder=$(mktemp -d)
trap '{ kill $(jobs -p) 2> /dev/null || true; wait; rm -rf "$folder"; }' EXIT
cd "$folder"
npm init --yes > /dev/null
npm install --silent --no-audit --no-fund ioredis@6.0.0 cluster-key-slot@1.1.2
ports=$(node -e "
  const servers = [0, 0].map(() => require('node:net').createServer().listen(0, '127.0.0.1'));
  setTimeout(() => { console.log(...servers.map((server) => server.address().port)); process.exit(); }, 100);")
for port in $ports; do
  mkdir "$port"
  redis-server --port "$port" --bind 127.0.0.1 --save '' --dir "$folder/$port" --cluster-enabled yes \
    --cluster-port $((port > 50000 ? port - 10000 : port + 10000)) > "$port.log" &
done
cat > try.cjs <<'PROGRAM'
const { setTimeout } = require('node:timers/promises');
const slotOf = require('cluster-key-slot');
const { Cluster, Redis } = require('ioredis');
const SCRIPT = "for _, key in ipairs(KEYS) do redis.call('INCR', key) end return 'done'";
const host = '127.0.0.1';
const ports = process.argv.slice(2).map(Number);
const clusterPort = (port) => (port > 50_000 ? port - 10_000 : port + 10_000);
const slot = slotOf('{shop}');
const run = (client, keys) =>
  client.eval(SCRIPT, keys.length, ...keys.map((key) => `{shop}${key}`)).catch((error) => error.message);
async function runAsking(client, keys) {
  const [, evaluated] = await Promise.all([client.asking(), run(client, keys)]);
  return evaluated;
}

(async () => {
  const [old, next] = ports.map((port) => new Redis({ host, port }).on('error', () => {}));
  await old.cluster('ADDSLOTSRANGE', 0, 16_383);
  await old.cluster('MEET', host, ports[1], clusterPort(ports[1]));
  const isJoined = async (node) =>
    /state:ok[\s\S]*known_nodes:2/.test(await node.cluster('INFO'));
  while (!(await isJoined(old)) || !(await isJoined(next))) {
    await setTimeout(100);
  }
  const [oldId, nextId] = [await old.cluster('MYID'), await next.cluster('MYID')];
  const cluster = new Cluster([{ host, port: ports[0] }], { retryDelayOnTryAgain: 10 });
  await run(cluster, ['known-1', 'known-2']);
  await next.cluster('SETSLOT', slot, 'IMPORTING', oldId);
  await old.cluster('SETSLOT', slot, 'MIGRATING', nextId);
  const seen = {
    redis: /redis_version:(\S+)/.exec(await old.info('server'))[1],
    twoKnownKeys: await run(cluster, ['known-1', 'known-2']),
    oneNewKey: await run(cluster, ['single']),
    twoNewKeys: {
      oldNode: await run(old, ['new-1', 'new-2']),
      nextNode: await runAsking(next, ['new-1', 'new-2']),
      client: await run(cluster, ['new-1', 'new-2']),
    },
  };
  const keys = ['{shop}known-1', '{shop}known-2'];
  await old.migrate(host, ports[1], '', 0, 5000, 'KEYS', ...keys);
  for (const node of [next, old]) {
    await node.cluster('SETSLOT', slot, 'NODE', nextId);
  }
  seen.twoNewKeysAfterwards = await run(cluster, ['new-1', 'new-2']);
  console.log(JSON.stringify(seen, null, 2));
  const isAsWritten =
    [seen.twoKnownKeys, seen.oneNewKey, seen.twoNewKeysAfterwards].join() === 'done,done,done' &&
    seen.twoNewKeys.oldNode.startsWith('ASK') &&
    seen.twoNewKeys.nextNode.startsWith('TRYAGAIN') &&
    seen.twoNewKeys.client.startsWith('Too many Cluster redirections');
  process.exit(isAsWritten ? 0 : 1);
})();
PROGRAM
node try.cjs $ports
