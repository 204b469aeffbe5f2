// A Redis server of the test's own: real, on a free port, and gone afterwards.
import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { type AddressInfo, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { closeLater } from './close-later';
import { describeWhere } from './describe-where';

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
  /** As after a crash: nothing is kept. */
  kill(): Promise<void>;
  /** Starts it again, on the same port and empty. */
  restart(): Promise<void>;
  /** Stops it from answering, with its connections open; `resume` lets it go on. */
  pause(): void;
  resume(): void;
}

export async function startRedis(args: readonly string[] = []): Promise<RedisServer> {
  const port = await findFreePort();
  const folder = mkdtempSync(join(tmpdir(), 'redis-'));
  let child = await launch(port, folder, args);
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
    kill,
    restart: async () => {
      child = await launch(port, folder, args);
    },
    pause: () => void child.kill('SIGSTOP'),
    resume: () => void child.kill('SIGCONT'),
  };
}

async function launch(
  port: number,
  folder: string,
  args: readonly string[],
): Promise<ChildProcess> {
  const child = spawn(
    BINARY ?? '',
    ['--port', String(port), '--bind', '127.0.0.1', '--save', '', '--dir', folder, ...args],
    { stdio: ['ignore', 'pipe', 'inherit'] },
  );
  for await (const line of createInterface({ input: child.stdout })) {
    if (line.includes('Ready to accept connections')) {
      child.stdout.resume();
      return child;
    }
  }
  throw new Error('redis-server ended before it was ready.');
}

async function findFreePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}
