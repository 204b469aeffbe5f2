// How much of DigiCert's allowance three gateways with one Redis use, in front of a simulator whose
// windows are strict: `npm run bench:allowance`, about seven minutes with the real windows.
// Clients do as they are told: they come back after `retryAfterSeconds`.
import { mkdtempSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { launch, launchGateway } from './launch.mjs';

const require = createRequire(import.meta.url);
const { startSimulator } = require('../dist/simulator/simulator.js');
const { parseWindows } = require('../dist/settings/limit-parsers.js');

const { values } = parseArgs({
  options: {
    // As DIGICERT_QUOTA, the shorter window first.
    quota: { type: 'string', default: '100/5s,1000/180s' },
    wanted: { type: 'string', default: '3000' },
    gateways: { type: 'string', default: '3' },
    // Clients at a time; each asks for one resend after the other.
    clients: { type: 'string', default: '300' },
  },
});
const wanted = Number(values.wanted);
const [short, long] = parseWindows(values.quota);

const folder = mkdtempSync(join(tmpdir(), 'allowance-'));
process.on('exit', () => rmSync(folder, { recursive: true, force: true }));

const simulator = await startSimulator({ quota: [short, long] });
const redisPort = String(20_000 + (process.pid % 10_000));
await launch(
  'redis-server',
  ['--port', redisPort, '--bind', '127.0.0.1', '--save', '', '--dir', folder],
  { pattern: /Ready to accept/ },
);
const urls = [];
for (let index = 0; index < Number(values.gateways); index += 1) {
  const { url } = await launchGateway(
    {
      DIGICERT_API_KEY: 'key',
      DIGICERT_BASE_URL: simulator.baseUrl,
      DIGICERT_QUOTA: values.quota,
      REDIS_URL: `redis://127.0.0.1:${redisPort}`,
    },
    {
      onLine: (line) => {
        if (line.includes('limits.redis')) {
          process.stdout.write(`${line}\n`);
        }
      },
    },
  );
  urls.push(url);
}

const BODY = JSON.stringify({
  query:
    'mutation { resendDvEmails(orderId: "1001") { __typename ... on ResendDvEmailsRateLimitedError { retryAfterSeconds } } }',
});
let started = 0;
let limited = 0;
let other = 0;

async function resendUntilDone(client) {
  const url = urls[client % urls.length];
  while (started < wanted) {
    started += 1;
    for (;;) {
      const response = await fetch(url, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: BODY,
      });
      const member = (await response.json()).data.resendDvEmails;
      if (member.__typename !== 'ResendDvEmailsRateLimitedError') {
        other += member.__typename === 'ResendDvEmailsSuccess' ? 0 : 1;
        break;
      }
      limited += 1;
      await sleep(member.retryAfterSeconds * 1_000);
    }
  }
}

await Promise.all(
  Array.from({ length: Number(values.clients) }, (_, index) => resendUntilDone(index)),
);

const times = simulator.outbox
  .map(({ acceptedAt }) => Date.parse(acceptedAt))
  .sort((a, b) => a - b);
const last = times.length - 1;
// From the first to the last, at best: whole long windows, and within the last one whole short ones.
const idealMs =
  Math.floor(last / long.limit) * long.windowMs +
  Math.floor((last % long.limit) / short.limit) * short.windowMs;
const tookMs = times[last] - times[0];
const refused = simulator.requests.length - simulator.outbox.length;
process.stdout.write(
  `${values.quota}, ${urls.length} gateways: ${times.length} of ${wanted} sent in ${(tookMs / 1_000).toFixed(1)} s, ` +
    `at best ${(idealMs / 1_000).toFixed(1)} s: ${((idealMs / tookMs) * 100).toFixed(1)} % of the allowance used; ` +
    `${refused} times 429 from DigiCert, ${limited} calls told to come back, ${other} other answers\n`,
);
process.exit(refused === 0 && other === 0 && idealMs / tookMs >= 0.98 ? 0 : 1);
