// What Redis is, asked before it is relied on: what would not work is found then, and not at the first resend.
import { Cluster, type Redis } from 'ioredis';
import type { RedisClient } from './redis-client';
import { RedisRefusal } from './redis-problem';
import type { RedisTarget } from './redis-url';

/**
 * KEYS: one that is free. Does once what the other scripts do, each command of theirs, and returns the first that is
 * refused, with the error. What takes space comes first here, too.
 */
export const TRY = `
local key = KEYS[1]
for _, command in ipairs({
  { 'SET', key, '', 'PX', 1000 }, { 'GET', key }, { 'PEXPIRE', key, 0 },
  { 'ZADD', key, 1, 'a' }, { 'ZCOUNT', key, 0, 1 }, { 'ZRANGEBYSCORE', key, 0, 1 },
  { 'ZREMRANGEBYSCORE', key, 2, 3 }, { 'PTTL', key }, { 'ZREM', key, 'a' },
  { 'HSET', key, 'a', '' }, { 'HGETALL', key }, { 'HDEL', key, 'a' }, { 'TIME' }
}) do
  local reply = redis.pcall(unpack(command))
  if type(reply) == 'table' and reply.err then
    return { command[1], reply.err }
  end
end
return {}
`;

type Try = (keyCount: number, key: string) => Promise<readonly string[]>;

/** Rejects where Redis answers and is not what it has to be. */
export async function checkRedis(
  client: RedisClient,
  target: RedisTarget,
  key: string,
): Promise<void> {
  // A cluster is asked by its key alone: the node that has it answers.
  if (!(client instanceof Cluster)) {
    const { mode, role } = await hello(client);
    if (mode === 'sentinel') {
      throw new RedisRefusal(
        'sentinel',
        'This is a sentinel: REDIS_URL has to be redis+sentinel://host:port/master.',
      );
    }
    if (role === 'replica' || role === 'slave') {
      throw new RedisRefusal(
        'replica',
        'This is a replica, which takes no writes: REDIS_URL has to name the master.',
      );
    }
    // ioredis goes on with database 0 where this fails.
    if (target.database > 0) {
      await client.select(target.database);
    }
  }
  const [command, error] = await (client as unknown as { limitsTry: Try }).limitsTry(1, key);
  if (error !== undefined) {
    throw new Error(`${error} (${command})`);
  }
}

/** Needs no rights, unlike INFO and ROLE. */
async function hello(client: Redis): Promise<Record<string, string>> {
  const reply = ((await client.call('HELLO')) as readonly unknown[]).map(String);
  return Object.fromEntries(
    reply.flatMap((name, index) => (index % 2 === 0 ? [[name, reply[index + 1] ?? '']] : [])),
  );
}

/** By which policy keys are removed when there is no room: `undefined`, none are; `unknown`, INFO is not allowed. */
export async function findEviction(server: Redis): Promise<string | undefined> {
  const memory = await server.info('memory').catch((error: Error) => {
    if (error.name !== 'ReplyError') {
      throw error;
    }
    return 'maxmemory_policy:unknown';
  });
  const [, policy] = /^maxmemory_policy:(\S+)/m.exec(memory) ?? [];
  return /^maxmemory:0\s/m.test(memory) || policy === 'noeviction' ? undefined : policy;
}
