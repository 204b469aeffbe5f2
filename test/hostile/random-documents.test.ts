// Random valid documents against the production profile: nothing a caller sends stops the gateway, fills its memory
// or its log, or keeps it busy. `npm run test:hostile`; HOSTILE_SEED repeats a run, HOSTILE_DOCUMENTS is its length.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';
import { startSimulator } from '../../src/simulator/simulator';
import { LARGE_ACCOUNT } from './large-orders';
import { startMeasuredGateway } from './measured-gateway';
import { type Caller, Run } from './run';

/** For each heap, half of them with limits and half without. */
const DOCUMENTS = Number(process.env.HOSTILE_DOCUMENTS ?? 200);
const SEED = Number(process.env.HOSTILE_SEED ?? Date.now() % 2 ** 31);

/** Shares of a run: code is compiled and caches are filled, memory is measured, much happens, memory is measured again. */
const WARM_UP = 0.3;
const BEFORE = 0.1;
const BETWEEN = 0.5;

/** Of resident memory after the run, against that before, or the most of that. */
const MAX_MEMORY_GROWTH = 1.3;

/** Documents from which on the warm-up is one. */
const MIN_FOR_MEMORY = 1_000;

/** Milliseconds for a run; each document takes some tens. */
const TIMEOUT_MS = 600_000;

const UNLIMITED = { CALLER_QUOTA: 'off', RESEND_COOLDOWN_SECONDS: '0' };
/** As in production, but for the allowance that all share: used up, it would keep every document from being executed. */
const LIMITED = {
  CALLER_QUOTA: '60/60s',
  RESEND_COOLDOWN_SECONDS: '60',
  DIGICERT_QUOTA: '100000/5s',
  DIGICERT_BREAKER_SECONDS: '10',
};
const SMALL_HEAP = { NODE_OPTIONS: '--max-old-space-size=256' };

process.stdout.write(`HOSTILE_SEED=${SEED} HOSTILE_DOCUMENTS=${DOCUMENTS}\n`);

const closers: (() => Promise<void>)[] = [];

afterEach(async () => {
  await Promise.all(closers.splice(0).map((close) => close()));
});

async function startWithLargeOrders(environment: Record<string, string>) {
  const simulator = await startSimulator({ account: LARGE_ACCOUNT, quota: [] });
  closers.push(simulator.close);
  const gateway = await startMeasuredGateway({
    NODE_ENV: 'production',
    LOG_LEVEL: 'info',
    METRICS_PORT: '0',
    DIGICERT_API_KEY: 'key',
    DIGICERT_BASE_URL: simulator.baseUrl,
    // No server is there.
    DNS_SERVERS: '127.0.0.1:9',
    AUTH_JWKS_URL: simulator.jwksUrl,
    AUTH_ISSUER: simulator.issuer,
    AUTH_AUDIENCE: 'dv-email-gateway',
    ...environment,
  });
  closers.push(gateway.close);
  const tokens = new Map<string, Promise<string>>();
  const getToken = (caller: Caller) => {
    const key = new URLSearchParams({ ...caller }).toString();
    const token = tokens.get(key) ?? fetch(`${simulator.tokenUrl}?${key}`).then((it) => it.text());
    tokens.set(key, token);
    return token;
  };
  return { gateway, run: new Run(gateway, getToken) };
}

describe('random valid documents', () => {
  it.each([
    ['without limits', UNLIMITED],
    ['with the limits of production', LIMITED],
    ['without limits, with a small heap', { ...UNLIMITED, ...SMALL_HEAP }],
    ['with the limits of production and a small heap', { ...LIMITED, ...SMALL_HEAP }],
  ])(
    'stay within the bounds: %s',
    async (name, environment) => {
      const startedAt = Date.now();
      const { gateway, run } = await startWithLargeOrders(environment);

      const share = (part: number) => Math.ceil((DOCUMENTS / 2) * part);
      await run.send(share(WARM_UP), SEED);
      const residentBytes = await run.send(share(BEFORE), SEED + 1);
      const earlyPeakBytes = gateway.memory().peakBytes;
      await run.send(share(BETWEEN), SEED + 2);
      // The same documents again: what they need while they are executed is the same.
      const laterResidentBytes = await run.send(share(BEFORE), SEED + 1);
      const { peakBytes } = gateway.memory();

      const seconds = ((Date.now() - startedAt) / 1_000).toFixed(0);
      process.stdout.write(
        `${name}: ${seconds} s, ${run.summary()}; resident ${toMegabytes(residentBytes)} MB, ` +
          `then ${toMegabytes(laterResidentBytes)} MB, at most ${toMegabytes(peakBytes)} MB\n`,
      );
      expect(run.violations).toEqual([]);
      if (DOCUMENTS >= MIN_FOR_MEMORY) {
        // A heap with room grows when V8 likes, and is resident from then on; a small one is collected all the time.
        const base = 'NODE_OPTIONS' in environment ? residentBytes : earlyPeakBytes;
        expect(laterResidentBytes / base).toBeLessThan(MAX_MEMORY_GROWTH);
      }
      if ('NODE_OPTIONS' in environment) {
        expect(peakBytes).toBeLessThan(readMemoryLimitBytes());
      }
    },
    TIMEOUT_MS,
  );
});

const toMegabytes = (bytes: number) => (bytes / 1_000_000).toFixed(0);

/** What Kubernetes ends the container at. */
function readMemoryLimitBytes(): number {
  const path = join(__dirname, '..', '..', 'deploy', 'kubernetes', 'base', 'deployment.yaml');
  const [container] = parse(readFileSync(path, 'utf8')).spec.template.spec.containers;
  const [, mebibytes] = /^(\d+)Mi$/.exec(container.resources.limits.memory) ?? [];
  return Number(mebibytes) * 1024 * 1024;
}
