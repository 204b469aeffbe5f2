// Redis as operators have it, with real servers, while it fails and moves under the load of three gateways: no call is without
// a response, an order is mailed once wherever all gateways used Redis, and they use it again by themselves.
import { toKey } from '../../src/limits/limit-store';
import { describeWithRedis, type RedisServer, startRedis, startSentinels } from '../support/redis';
import { type RedisCluster, startRedisCluster, until } from '../support/redis-cluster';
import { startReplicas } from '../support/replicas';
import { ENVIRONMENT, ORDERS, type Story, tell } from './load';

const SECOND = 1_000;

function report(name: string, story: Story): void {
  process.stdout.write(`${name}: ${JSON.stringify(story)}\n`);
}

function expectNothingLost(story: Story): void {
  const { Success = 0, RateLimitedError = 0, ...others } = story.names;
  expect(others).toEqual({});
  expect(Success).toBeGreaterThan(0);
  expect(RateLimitedError).toBeGreaterThan(0);
  expect(Object.keys(story.roundsShared)).toEqual(['1']);
  expect(Object.keys(story.roundsAlone).filter((rounds) => !'123'.includes(rounds))).toEqual([]);
  expect(story.roundsAgain).toBe(0);
  // What waits for Redis waits for one time-out, on a machine that has other things to do.
  expect(story.slowestMs).toBeLessThan(5 * SECOND);
}

async function startWithCluster() {
  let cluster: RedisCluster | undefined;
  const replicas = await startReplicas(3, {
    orders: ORDERS,
    environment: ENVIRONMENT,
    redisUrl: async (baseUrl) => {
      cluster = await startRedisCluster(`{dv-email-gateway:2:${toKey(baseUrl)}}:`);
      return cluster.url;
    },
  });
  return { replicas, cluster: cluster as RedisCluster };
}

describeWithRedis('a cluster of three masters', () => {
  it('goes on when the node that has the keys is killed', async () => {
    const { replicas, cluster } = await startWithCluster();

    const story = await tell(replicas, () => cluster.owner.kill());

    report('Cluster, master killed', story);
    expectNothingLost(story);
    expect(story.backAfterMs).toBeGreaterThan(0);
    expect(story.backAfterMs).toBeLessThan(10 * SECOND);
  }, 60_000);

  it('goes on when a replica takes over by hand', async () => {
    const { replicas, cluster } = await startWithCluster();

    const story = await tell(replicas, () => cluster.replica.call('CLUSTER', 'FAILOVER'));

    report('Cluster, by hand', story);
    expectNothingLost(story);
    expect(story.backAfterMs).toBe(0);
  }, 60_000);

  it('goes on while the slot moves to another node', async () => {
    const { replicas, cluster } = await startWithCluster();
    let moved = 0;

    const story = await tell(replicas, async () => {
      const { keys } = await cluster.moveSlot(
        () => new Promise((resolve) => setTimeout(resolve, 100)),
      );
      moved = keys;
    });

    report(`Cluster, slot of ${moved} keys moved`, story);
    expect(moved).toBeGreaterThan(100);
    expectNothingLost(story);
    // No gateway counts alone meanwhile.
    expect(story.backAfterMs).toBe(0);
  }, 60_000);
});

/** What the servers are to be set to so that nothing acknowledged is lost; see docs/replicas.md. */
const SAFE = [
  '--min-replicas-to-write',
  '1',
  '--min-replicas-max-lag',
  '2',
  '--repl-diskless-sync-delay',
  '0',
];

async function startWithSentinels(replicaCount: number, args: readonly string[]) {
  const master = await startRedis(args);
  const follow = [...args, '--replicaof', '127.0.0.1', String(master.port)];
  await Promise.all(Array.from({ length: replicaCount }, () => startRedis(follow)));
  await until(async () => {
    const replication = String(await master.call('INFO', 'replication'));
    return replication.split('state=online').length - 1 === replicaCount;
  });
  const sentinels = await startSentinels(3, master);
  const knowsAll = async (sentinel: RedisServer) => {
    const reply = (await sentinel.call('SENTINEL', 'MASTER', 'mymaster')) as string[];
    const count = (name: string) => Number(reply[reply.indexOf(name) + 1]);
    return count('num-slaves') === replicaCount && count('num-other-sentinels') === 2;
  };
  await until(async () => (await Promise.all(sentinels.map(knowsAll))).every(Boolean));
  const replicas = await startReplicas(3, {
    orders: ORDERS,
    environment: ENVIRONMENT,
    redisUrl: `redis+sentinel://${sentinels.map(({ port }) => `127.0.0.1:${port}`).join()}/mymaster`,
  });
  return {
    replicas,
    master,
    failOver: () => sentinels[0]?.call('SENTINEL', 'FAILOVER', 'mymaster'),
  };
}

type Sentinels = Awaited<ReturnType<typeof startWithSentinels>>;

describeWithRedis('a master that sentinels watch', () => {
  it.each<[string, number, readonly string[], (parts: Sentinels) => Promise<unknown> | undefined]>([
    ['by hand, where a write needs a replica', 2, SAFE, ({ failOver }) => failOver()],
    ['by hand', 1, [], ({ failOver }) => failOver()],
    ['as it is killed', 1, [], ({ master }) => master.kill()],
    ['as it is stopped', 1, [], async ({ master }) => master.pause()],
  ])(
    'is replaced %s',
    async (name, replicaCount, args, fail) => {
      const parts = await startWithSentinels(replicaCount, args);

      const story = await tell(parts.replicas, async () => fail(parts));

      report(`Sentinel, ${name}`, story);
      expectNothingLost(story);
      expect(story.backAfterMs).toBeGreaterThan(0);
      expect(story.backAfterMs).toBeLessThan(10 * SECOND);
    },
    60_000,
  );
});
