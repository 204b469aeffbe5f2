// A Redis cluster of the test's own: three masters, of which the one that has a slot has a replica.
import { Command } from 'ioredis';
import { findFreePort } from './free-port';
import { type RedisServer, startRedis } from './redis';

const SLOTS = 16_384;

/** Milliseconds without a response after which a node counts as failing. */
export const NODE_TIMEOUT_MS = 1_000;

interface ClusterNode extends RedisServer {
  readonly id: string;
}

export interface RedisCluster {
  readonly url: string;
  /** Has the slot at first. */
  readonly owner: ClusterNode;
  readonly replica: ClusterNode;
  /** Moves the slot to a node that has none of its keys yet, some keys at a time, with the pause in between. */
  moveSlot(pause: () => Promise<void>): Promise<{ readonly keys: number }>;
}

/** The slot is that of the key. */
export async function startRedisCluster(key: string): Promise<RedisCluster> {
  const slot = new Command('get', [key]).getSlot();
  const [first, ...others] = await Promise.all([
    startNode(1),
    startNode(2),
    startNode(3),
    startNode(4),
  ]);
  const nodes = [first, ...others];
  const masters = nodes.slice(0, 3);
  const rangeOf = (index: number) =>
    [Math.ceil((SLOTS / 3) * index), Math.ceil((SLOTS / 3) * (index + 1)) - 1].map(String);
  await Promise.all(
    masters.map((node, index) => node.call('CLUSTER', 'ADDSLOTSRANGE', ...rangeOf(index))),
  );
  for (const { port, busPort } of others) {
    await first.call('CLUSTER', 'MEET', '127.0.0.1', String(port), busPort);
  }
  const owner = masters[Math.floor(slot / (SLOTS / 3))] as ClusterNode;
  const replica = nodes[3] as ClusterNode;
  await until(async () => String(await replica.call('CLUSTER', 'NODES')).includes(owner.id));
  await replica.call('CLUSTER', 'REPLICATE', owner.id);
  await Promise.all(
    nodes.map((node) =>
      until(async () => {
        const info = String(await node.call('CLUSTER', 'INFO'));
        const known = String(await node.call('CLUSTER', 'NODES'));
        return info.includes('cluster_state:ok') && known.includes(`slave ${owner.id}`);
      }),
    ),
  );
  await until(async () => String(await replica.call('INFO')).includes('master_link_status:up'));
  return {
    url: `redis+cluster://${masters.map(({ port }) => `127.0.0.1:${port}`).join()}`,
    owner,
    replica,
    moveSlot: async (pause) => {
      const target = masters.find((node) => node !== owner) as ClusterNode;
      const setSlot = (node: ClusterNode, ...how: string[]) =>
        node.call('CLUSTER', 'SETSLOT', String(slot), ...how);
      await setSlot(target, 'IMPORTING', owner.id);
      await setSlot(owner, 'MIGRATING', target.id);
      let moved = 0;
      for (;;) {
        const keys = (await owner.call('CLUSTER', 'GETKEYSINSLOT', String(slot), '5')) as string[];
        if (keys.length === 0) {
          break;
        }
        const to = ['127.0.0.1', String(target.port), '', '0', '5000'];
        await owner.call('MIGRATE', ...to, 'KEYS', ...keys);
        moved += keys.length;
        await pause();
      }
      await setSlot(target, 'NODE', target.id);
      await Promise.all(masters.map((node) => setSlot(node, 'NODE', target.id)));
      return { keys: moved };
    },
  };
}

async function startNode(epoch: number) {
  const busPort = await findFreePort();
  const node = await startRedis([
    ...['--cluster-enabled', 'yes', '--cluster-port', busPort],
    ...['--cluster-node-timeout', String(NODE_TIMEOUT_MS), '--repl-diskless-sync-delay', '0'],
  ]);
  await node.call('CLUSTER', 'SET-CONFIG-EPOCH', String(epoch));
  return { ...node, busPort, id: String(await node.call('CLUSTER', 'MYID')) };
}

export async function until(condition: () => boolean | Promise<boolean>): Promise<void> {
  while (!(await condition())) {
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}
