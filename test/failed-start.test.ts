// A start that fails closes what it has opened, and the process ends.
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { type AddressInfo, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Redis } from 'ioredis';
import { startApp } from '../src/app';
import { parseSettings } from '../src/settings/settings';
import { createLog } from '../src/telemetry/log';
import { closeLater } from './support/close-later';
import { ManualClock } from './support/manual-clock';
import { runToEnd } from './support/program';
import { describeWithRedis, startRedis } from './support/redis';

/** Right for the settings, and taken already: everything else is open by then. */
const REFUSED = { PORT: '' };
const REASON = 'listen EADDRINUSE: address already in use 127.0.0.1:';

beforeAll(async () => {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  closeLater(() => server.close());
  REFUSED.PORT = String((server.address() as AddressInfo).port);
});

const folder = mkdtempSync(join(tmpdir(), 'failed-start-'));
const keyFile = join(folder, 'key');
writeFileSync(keyFile, 'a-key');
afterAll(() => rmSync(folder, { recursive: true }));

async function failToStart(environment: Record<string, string>) {
  const parsed = parseSettings({ ...REFUSED, ...environment });
  if (!parsed.ok) {
    throw new Error(parsed.problems.join('\n'));
  }
  const clock = new ManualClock();
  const lines: string[] = [];
  const log = createLog('info', { write: (line) => void lines.push(line) });
  await expect(startApp(parsed.settings, { log, clock })).rejects.toThrow(REASON);
  return { clock, lines };
}

it.each([
  ['the simulator', {}],
  ['a key file', { DIGICERT_API_KEY_FILE: keyFile }],
  ['metrics', { METRICS_PORT: '0' }],
])('ends with code 1 and its reason, with %s', async (_name, environment) => {
  const { code, stderr } = await runToEnd([], { ...REFUSED, ...environment });

  expect({ code, stderr }).toEqual({ code: 1, stderr: `Not started: ${REASON}${REFUSED.PORT}\n` });
});

it('closes the simulator', async () => {
  const { lines } = await failToStart({});

  const { outboxUrl } = JSON.parse(lines[0] ?? '') as { outboxUrl: string };
  await expect(fetch(outboxUrl)).rejects.toThrow();
});

it('looks at the key file no more', async () => {
  const { clock } = await failToStart({ DIGICERT_API_KEY_FILE: keyFile });

  expect(clock.pending).toBe(0);
});

describeWithRedis('with Redis', () => {
  it('closes its connection and ends with code 1', async () => {
    const { url } = await startRedis();
    const probe = new Redis(url);
    const countClients = async () =>
      String(await probe.client('LIST'))
        .trim()
        .split('\n').length;

    await failToStart({ REDIS_URL: url });

    expect(await countClients()).toBe(1);
    await probe.quit();
    expect((await runToEnd([], { ...REFUSED, REDIS_URL: url })).code).toBe(1);
  });
});
