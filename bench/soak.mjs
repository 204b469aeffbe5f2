// Mixed load and faults for ten minutes: `npm run bench:soak`. What stays alive after a forced garbage
// collection, and the handles that are open, have to be flat. `-- --minutes 1` for a shorter look.
import { createRequire } from 'node:module';
import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { ask, launchGateway, PROBE } from './launch.mjs';
import { median } from './statistics.mjs';

const require = createRequire(import.meta.url);
const { startSimulator } = require('../dist/simulator/simulator.js');
const { SIMULATED_ACCOUNT } = require('../dist/simulator/orders.js');

const { values } = parseArgs({
  options: {
    minutes: { type: 'string', default: '10' },
    clients: { type: 'string', default: '20' },
  },
});
const SAMPLES = 20;
/** Share that the later half may be above the earlier one. */
const MAX_GROWTH = 0.1;

const simulator = await startSimulator({ quota: [] });
const { child, url } = await launchGateway(
  {
    DIGICERT_API_KEY: 'key',
    DIGICERT_BASE_URL: simulator.baseUrl,
    DIGICERT_TIMEOUT_MS: '500',
    DIGICERT_BREAKER_SECONDS: '1',
    RESEND_COOLDOWN_SECONDS: '1',
    CALLER_QUOTA: '100000/60s',
    METRICS_PORT: '0',
  },
  { args: PROBE, ipc: true },
);

const QUERY = `mutation ($orderId: ID!, $input: ResendDvEmailsInput) {
  resendDvEmails(orderId: $orderId, input: $input) {
    __typename ... on ResendDvEmailsSuccess { order { status domains { name approverEmails { email } } } }
  }
}`;
const orderIds = [...Object.keys(SIMULATED_ACCOUNT).filter((id) => id !== '1429'), 'x', '99'];
const until = Date.now() + Number(values.minutes) * 60_000;
const counts = {};
const pick = (list) => list[Math.floor(Math.random() * list.length)];
const count = (name) => {
  counts[name] = (counts[name] ?? 0) + 1;
};

async function call() {
  const kind = Math.random();
  const hangUp = new AbortController();
  const body =
    kind < 0.05
      ? '{ "query": "mutation {'
      : JSON.stringify({
          query: kind < 0.1 ? `{ unknown${Math.random().toString(36).slice(2)} }` : QUERY,
          variables: {
            orderId: pick(orderIds),
            input: {
              domainApprovalEmails: [{ email: `a${Math.floor(Math.random() * 1e9)}@example.com` }],
            },
          },
        });
  const response = fetch(url, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body,
    signal: hangUp.signal,
  });
  if (kind > 0.95) {
    await sleep(2);
    hangUp.abort();
  }
  try {
    const { data, errors } = await (await response).json();
    count(data?.resendDvEmails?.__typename ?? errors?.[0]?.extensions.code ?? 'nothing');
  } catch (error) {
    count(
      error.name === 'AbortError' ? 'hung up' : `broken: ${error.cause?.code ?? error.message}`,
    );
  }
}

async function callUntilDone() {
  while (Date.now() < until) {
    await call();
    await sleep(50);
  }
}

const clients = Promise.all(Array.from({ length: Number(values.clients) }, callUntilDone));
const samples = [];
for (let index = 0; index < SAMPLES; index += 1) {
  await sleep((Number(values.minutes) * 60_000) / SAMPLES);
  const { heapUsed, rss, resources } = await ask(child, 'heap');
  const handles = Object.values(resources).reduce((sum, number) => sum + number, 0);
  samples.push({ heapMb: heapUsed / 1e6, handles });
  process.stdout.write(
    `${(((index + 1) / SAMPLES) * Number(values.minutes)).toFixed(1)} min: heap ${(heapUsed / 1e6).toFixed(1)} MB, ` +
      `resident ${(rss / 1e6).toFixed(0)} MB, open handles ${handles} ${JSON.stringify(resources)}\n`,
  );
}
await clients;

// The first quarter warms up: code is compiled, caches fill.
const settled = samples.slice(SAMPLES / 4);
const half = Math.floor(settled.length / 2);
const growth = (name) => {
  const figures = settled.map((sample) => sample[name]);
  return median(figures.slice(half)) / median(figures.slice(0, half)) - 1;
};
const [heap, handles] = [growth('heapMb'), growth('handles')];
const total = Object.values(counts).reduce((sum, number) => sum + number, 0);
process.stdout.write(
  `${total} calls: ${JSON.stringify(counts)}\n` +
    `later half against earlier: heap ${(heap * 100).toFixed(1)} %, open handles ${(handles * 100).toFixed(1)} %\n`,
);
const broken = Object.keys(counts).filter(
  (name) => name.startsWith('broken') || name === 'nothing',
);
process.exit(heap <= MAX_GROWTH && handles <= MAX_GROWTH && broken.length === 0 ? 0 : 1);
