// A Redis that is not what it has to be is told apart when the gateway starts: one clear line, and a state in /readyz.
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { type AddressInfo, createServer } from 'node:net';
import { join } from 'node:path';
import { CertificateOrderDocument } from '../../src/client/operations';
import { closeLater } from '../support/close-later';
import { startGateway } from '../support/program';
import {
  describeWithRedis,
  type RedisServer,
  startRedis,
  startSentinels,
  startTlsRedis,
} from '../support/redis';
import { until } from '../support/redis-cluster';
import { startTestApp, type TestApp } from '../support/test-app';

const LIMITS = {
  DIGICERT_QUOTA: '100/5s,1000/180s',
  RESEND_COOLDOWN_SECONDS: '60',
  CALLER_QUOTA: '60/60s',
};

const to = (url: string, from: RedisServer) => from.url.replace('redis://127.0.0.1', url);

/** Runs the commands of the documentation that match; the user's password is `secret`. */
async function allowAsDocumented(redis: RedisServer, ...matching: RegExp[]): Promise<void> {
  const text = readFileSync(join(__dirname, '..', '..', 'docs', 'replicas.md'), 'utf8');
  const commands = [...text.matchAll(/^ *ACL SETUSER gateway (.*)$/gm)].map(
    ([, rights = '']) => rights,
  );
  for (const pattern of matching) {
    const [rights = '', ...others] = commands.filter((command) => pattern.test(command));
    expect(others).toEqual([]);
    await redis.call(
      'ACL',
      'SETUSER',
      'gateway',
      ...rights.replace('PASSWORD', 'secret').split(' '),
    );
  }
}

/** Until a Redis that was lost is used again. */
async function recover(app: TestApp): Promise<void> {
  let isRecovered = false;
  void app.logged('redis.recovered').then(() => {
    isRecovered = true;
  });
  while (!isRecovered) {
    app.clock.advance(1_000);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

async function startWith(url: string, environment: Readonly<Record<string, string>> = {}) {
  const app = await startTestApp({ environment: { ...LIMITS, REDIS_URL: url, ...environment } });
  const readiness = await fetch(new URL('/readyz', app.url));
  const told = app.log.filter(({ event }) => String(event).startsWith('redis.'));
  return { app, readiness: await readiness.json(), told };
}

describeWithRedis('a Redis', () => {
  it.each<[name: string, state: string, reason: string, start: () => Promise<string>]>([
    [
      'that is not there',
      'unreachable',
      'connect ECONNREFUSED',
      async () => {
        const redis = await startRedis();
        await redis.kill();
        return redis.url;
      },
    ],
    [
      'that says nothing',
      'slow',
      'Redis took more than',
      async () => {
        const redis = await startRedis();
        redis.pause();
        return redis.url;
      },
    ],
    [
      'with a password that is not given',
      'login',
      'REDIS_URL has none',
      async () => (await startRedis(['--requirepass', 'right'])).url,
    ],
    [
      'with another password',
      'login',
      'User or password in REDIS_URL is wrong',
      async () => to('redis://:hunter2@127.0.0.1', await startRedis(['--requirepass', 'right'])),
    ],
    [
      'whose user may not do all of it',
      'rights',
      '(ZADD)',
      async () => {
        const redis = await startRedis();
        await redis.call('ACL', 'SETUSER', 'gateway', 'on', '>hunter2', '~*', '+@all', '-zadd');
        return to('redis://gateway:hunter2@127.0.0.1', redis);
      },
    ],
    [
      'whose user may not use the keys',
      'rights',
      'NOPERM',
      async () => {
        const redis = await startRedis();
        await redis.call('ACL', 'SETUSER', 'gateway', 'on', '>hunter2', '~other:*', '+@all');
        return to('redis://gateway:hunter2@127.0.0.1', redis);
      },
    ],
    [
      'without that database',
      'database',
      'There is no such database',
      async () => `${(await startRedis()).url}/99`,
    ],
    [
      'that is a replica',
      'replica',
      'REDIS_URL has to name the master',
      async () => {
        const master = await startRedis();
        return (await startRedis(['--replicaof', '127.0.0.1', String(master.port)])).url;
      },
    ],
    [
      'that is a sentinel',
      'sentinel',
      'REDIS_URL has to be redis+sentinel://',
      async () => {
        const [sentinel] = await startSentinels(1, await startRedis());
        return sentinel?.url ?? '';
      },
    ],
    [
      'that is no sentinel',
      'sentinel',
      'This is no sentinel',
      async () => `${to('redis+sentinel://127.0.0.1', await startRedis())}/mymaster`,
    ],
    [
      'whose sentinels know no such master',
      'sentinel',
      'Sentinels know no master named other',
      async () => {
        const [sentinel] = await startSentinels(1, await startRedis());
        return `${sentinel?.url.replace('redis:', 'redis+sentinel:')}/other`;
      },
    ],
    [
      'that is no cluster',
      'cluster',
      'REDIS_URL has to be redis://',
      async () => to('redis+cluster://127.0.0.1', await startRedis()),
    ],
    [
      'that is a node of a cluster, without the slot',
      'cluster',
      'CLUSTERDOWN',
      async () => (await startRedis(['--cluster-enabled', 'yes'])).url,
    ],
    [
      'that is full',
      'full',
      'Its memory is full',
      async () => (await startRedis(['--maxmemory', '1'])).url,
    ],
    [
      'that knows no logins',
      'failing',
      "unknown command 'AUTH'",
      async () => {
        const server = createServer((socket) => {
          socket.on('data', (command) => {
            const name = String(command).includes('HELLO') ? 'HELLO' : 'AUTH';
            socket.write(`-ERR unknown command '${name}', with args beginning with: 'hunter2'\r\n`);
          });
        }).listen(0, '127.0.0.1');
        await once(server, 'listening');
        closeLater(async () => void server.close());
        return `redis://:hunter2@127.0.0.1:${(server.address() as AddressInfo).port}`;
      },
    ],
    [
      'that lacks replicas to write to',
      'failing',
      'Too few of its replicas',
      async () => (await startRedis(['--min-replicas-to-write', '1'])).url,
    ],
    [
      'without TLS',
      'tls',
      'redis:// is without',
      async () => to('rediss://127.0.0.1', await startRedis()),
    ],

    [
      'that wants TLS',
      'unreachable',
      'REDIS_URL has to be rediss://',
      async () => (await startTlsRedis()).url.replace('rediss:', 'redis:'),
    ],
    [
      'whose certificate is not trusted',
      'tls',
      'NODE_EXTRA_CA_CERTS',
      async () => (await startTlsRedis()).url,
    ],
    [
      'with sentinels that want a password',
      'login',
      'sentinelPassword in REDIS_URL',
      async () => {
        const [sentinel] = await startSentinels(1, await startRedis(), 'hunter2');
        return `${sentinel?.url.replace('redis:', 'redis+sentinel:')}/mymaster`;
      },
    ],
  ])('%s is %s', async (_name, state, reason, start) => {
    const { readiness, told } = await startWith(await start());

    expect(readiness).toEqual({
      status: 'ok',
      breaker: 'closed',
      limits: 'this-process',
      redis: state,
    });
    expect(told).toMatchObject([
      { event: 'redis.unavailable', level: 50, state, reason: expect.stringContaining(reason) },
    ]);
    expect(JSON.stringify(told)).not.toContain('hunter2');
  });

  it('at a host that has no address is unreachable', async () => {
    // A resolver may take its time to say so.
    const { told } = await startWith('redis://redis.invalid', { REDIS_TIMEOUT_MS: '2500' });
    expect(told).toMatchObject([
      { state: 'unreachable', reason: expect.stringMatching(/ENOTFOUND|EAI_AGAIN/) },
    ]);
  });

  it('with an own certificate authority is used', async () => {
    const { url, certFile } = await startTlsRedis();
    const { program, url: gateway } = await startGateway({
      ...LIMITS,
      REDIS_URL: url,
      NODE_EXTRA_CA_CERTS: certFile,
    });

    expect(await (await fetch(new URL('/readyz', gateway))).json()).toMatchObject({
      limits: 'redis',
      redis: 'ok',
    });
    expect(program.printed().stdout).not.toContain('redis.');
  });

  it('with a user that has the rights of the documentation, and no others, is used for everything', async () => {
    const redis = await startRedis();
    await allowAsDocumented(redis, /eval/);
    const { app, readiness } = await startWith(to('redis://gateway:secret@127.0.0.1', redis));
    expect(readiness).toMatchObject({ limits: 'redis', redis: 'ok' });

    await app.resend('1001');
    await app.resend('1001');
    await app.resend('1429');
    await app.resend('1503');
    await app.execute(CertificateOrderDocument, { id: '1001' });
    await redis.call('CLIENT', 'KILL', 'USER', 'gateway');
    await recover(app);

    expect(await redis.call('ACL', 'LOG')).toEqual([]);
    app.takeUpstreamRequests();
  });

  it('with such a user and another database is used', async () => {
    const redis = await startRedis();
    await allowAsDocumented(redis, /eval/, /select/);
    const { readiness } = await startWith(`${to('redis://gateway:secret@127.0.0.1', redis)}/3`);

    expect(readiness).toMatchObject({ limits: 'redis', redis: 'ok' });
    expect(await redis.call('INFO', 'keyspace')).not.toContain('db0');
  });

  it('with such a user in a cluster is used', async () => {
    const redis = await startRedis([
      '--cluster-enabled',
      'yes',
      '--cluster-announce-ip',
      '127.0.0.1',
    ]);
    await redis.call('CLUSTER', 'ADDSLOTSRANGE', '0', '16383');
    await allowAsDocumented(redis, /eval/, /cluster/);
    await until(async () => String(await redis.call('CLUSTER', 'INFO')).includes('state:ok'));
    const { app, readiness } = await startWith(
      to('redis+cluster://gateway:secret@127.0.0.1', redis),
    );
    await app.resend('1001');

    expect(readiness).toMatchObject({ limits: 'redis', redis: 'ok' });
    expect(await redis.call('ACL', 'LOG')).toEqual([]);
    app.takeUpstreamRequests();
  });

  it('with such a user, and one on sentinels, is used', async () => {
    const redis = await startRedis();
    await allowAsDocumented(redis, /eval/);
    const [sentinel] = (await startSentinels(1, redis)) as [RedisServer];
    await allowAsDocumented(sentinel, /sentinel/);
    const url = to('redis+sentinel://gateway:secret@127.0.0.1', sentinel);
    const { readiness } = await startWith(
      `${url}/mymaster?sentinelUsername=gateway&sentinelPassword=secret`,
    );

    expect(readiness).toMatchObject({ limits: 'redis', redis: 'ok' });
    // It will be notified of a failover.
    await until(async () =>
      /sub=1.* user=gateway/.test(String(await sentinel.call('CLIENT', 'LIST'))),
    );
    expect(await sentinel.call('ACL', 'LOG')).toEqual([]);
  });

  it.each(['allkeys-lru', 'volatile-ttl'])(
    'that evicts keys by %s is used, and said to',
    async (policy) => {
      const redis = await startRedis(['--maxmemory', '100mb', '--maxmemory-policy', policy]);
      const { readiness, told } = await startWith(redis.url);

      expect(readiness).toMatchObject({ limits: 'redis', redis: 'may-evict' });
      expect(told).toMatchObject([{ event: 'redis.may-evict', level: 40, policy }]);
    },
  );

  it('that does not say whether it evicts is used, and said not to say', async () => {
    const redis = await startRedis();
    await redis.call('ACL', 'SETUSER', 'default', '-info');
    const { readiness, told } = await startWith(redis.url);

    expect(readiness).toMatchObject({ limits: 'redis', redis: 'may-evict' });
    expect(told).toMatchObject([{ event: 'redis.may-evict', policy: 'unknown' }]);
  });

  it('that has no limit of memory evicts nothing', async () => {
    const redis = await startRedis(['--maxmemory-policy', 'allkeys-lru']);
    expect((await startWith(redis.url)).readiness).toMatchObject({ redis: 'ok' });
  });
});
