// A Redis server of the test's own: real, on a free port, and gone afterwards.
import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { Redis } from 'ioredis';
import { generate } from 'selfsigned';
import { closeLater } from './close-later';
import { describeWhere } from './describe-where';
import { findFreePort } from './free-port';

const BINARY = ['redis-server', 'valkey-server'].find(
  (name) => spawnSync(name, ['--version']).status === 0,
);

/** `describe`, where there is a Redis to test with. CI sets REQUIRE_REDIS, so that nothing is skipped there. */
export const describeWithRedis = describeWhere(
  'with Redis',
  BINARY === undefined ? 'redis-server is not installed' : undefined,
  'REQUIRE_REDIS',
);

export interface RedisServer {
  readonly url: string;
  readonly port: number;
  /** Sends it a command, as its default user. */
  call(...command: string[]): Promise<unknown>;
  /** As after a crash: nothing is kept. */
  kill(): Promise<void>;
  /** Starts it again, on the same port and empty. */
  restart(): Promise<void>;
  /** Stops it from answering, with its connections open; `resume` lets it go on. */
  pause(): void;
  resume(): void;
}

/** `environment`: of its process. */
export async function startRedis(
  args: readonly string[] = [],
  environment: Record<string, string> = {},
): Promise<RedisServer> {
  const port = Number(await findFreePort());
  const folder = mkdtempSync(join(tmpdir(), 'redis-'));
  let child = await launch(port, folder, args, environment);
  const kill = async () => {
    if (child.exitCode === null && child.signalCode === null) {
      const exited = once(child, 'exit');
      child.kill('SIGKILL');
      await exited;
    }
  };
  closeLater(async () => {
    await kill();
    rmSync(folder, { recursive: true, force: true });
  });
  return {
    url: `redis://127.0.0.1:${port}`,
    port,
    call: (...command) => callRedis(port, command),
    kill,
    restart: async () => {
      child = await launch(port, folder, args, environment);
    },
    pause: () => void child.kill('SIGSTOP'),
    resume: () => void child.kill('SIGCONT'),
  };
}

/** One that speaks TLS alone, with a certificate that it has signed itself. */
export async function startTlsRedis() {
  const folder = mkdtempSync(join(tmpdir(), 'certificate-'));
  closeLater(async () => rmSync(folder, { recursive: true, force: true }));
  const { private: key, cert } = await generate([{ name: 'commonName', value: 'localhost' }], {
    keyType: 'ec',
    extensions: [
      { name: 'basicConstraints', cA: true },
      { name: 'subjectAltName', altNames: [{ type: 2, value: 'localhost' }] },
    ],
  });
  const [keyFile, certFile] = [join(folder, 'key.pem'), join(folder, 'cert.pem')];
  writeFileSync(keyFile, key);
  writeFileSync(certFile, cert);
  const tlsPort = await findFreePort();
  const files = [
    '--tls-key-file',
    keyFile,
    '--tls-cert-file',
    certFile,
    '--tls-ca-cert-file',
    certFile,
  ];
  await startRedis(['--tls-port', tlsPort, '--tls-auth-clients', 'no', ...files]);
  return { url: `rediss://localhost:${tlsPort}`, certFile };
}

/** Which `down-after-milliseconds` a test's sentinels have. */
export const SENTINEL_DOWN_AFTER_MS = 1_000;

/** Sentinels that watch a master; they find its replicas and each other by themselves. */
export async function startSentinels(
  count: number,
  master: RedisServer,
  password?: string,
): Promise<RedisServer[]> {
  const quorum = Math.floor(count / 2) + 1;
  const folder = mkdtempSync(join(tmpdir(), 'sentinels-'));
  closeLater(async () => rmSync(folder, { recursive: true, force: true }));
  return Promise.all(
    Array.from({ length: count }, (_, index) => {
      const file = join(folder, `${index}.conf`);
      writeFileSync(
        file,
        `sentinel monitor mymaster 127.0.0.1 ${master.port} ${quorum}
sentinel down-after-milliseconds mymaster ${SENTINEL_DOWN_AFTER_MS}
sentinel failover-timeout mymaster 4000
`,
      );
      const login = password ? ['--requirepass', password] : [];
      return startRedis([file, '--sentinel', ...login]);
    }),
  );
}

/** Over a connection for it alone. */
async function callRedis(port: number, [name = '', ...args]: string[]): Promise<unknown> {
  const client = new Redis({ port, host: '127.0.0.1', enableReadyCheck: false });
  try {
    return await client.call(name, ...args);
  } finally {
    client.disconnect();
  }
}

async function launch(
  port: number,
  folder: string,
  args: readonly string[],
  environment: Record<string, string>,
): Promise<ChildProcess> {
  const own = ['--port', String(port), '--bind', '127.0.0.1', '--dir', folder];
  // A sentinel's configuration is a file, and comes first.
  const all = args.includes('--sentinel') ? [...args, ...own] : [...own, '--save', '', ...args];
  const child = spawn(BINARY ?? '', all, {
    stdio: ['ignore', 'pipe', 'inherit'],
    env: { ...process.env, ...environment },
  });
  for await (const line of createInterface({ input: child.stdout })) {
    if (/Ready to accept connections|Sentinel ID is/.test(line)) {
      child.stdout.resume();
      return child;
    }
  }
  throw new Error('redis-server ended before it was ready.');
}
