// How much of DigiCert's allowance three gateways with one Redis use, in front of a simulator whose windows are
// strict. Takes seven minutes with the real windows. Clients do as the response says: they come back after
// `retryAfterSeconds`.
import { mkdtempSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { end, launch, launchGateway } from '../launch.mjs';

const require = createRequire(import.meta.url);
const { startSimulator } = require('../../dist/simulator/simulator.js');
const { parseWindows } = require('../../dist/settings/parsers.js');

/** As DIGICERT_QUOTA, the shorter window first. */
const QUOTA = '100/5s,1000/180s';
const WANTED = 3_000;
const GATEWAYS = 3;
/** At a time; each asks for one resend after the other. */
const CLIENTS = 300;

const BODY = JSON.stringify({
  query:
    'mutation { resendDvEmails(orderId: "1001") { __typename ... on ResendDvEmailsRateLimitedError { retryAfterSeconds } } }',
});

async function startRedis() {
  const folder = mkdtempSync(join(tmpdir(), 'allowance-'));
  process.on('exit', () => rmSync(folder, { recursive: true, force: true }));
  const port = String(20_000 + (process.pid % 10_000));
  const { child } = await launch(
    'redis-server',
    ['--port', port, '--bind', '127.0.0.1', '--save', '', '--dir', folder],
    { pattern: /Ready to accept/ },
  );
  return { child, url: `redis://127.0.0.1:${port}` };
}

/** Clients that want so many resends between them; resolves with the other results that they got. */
async function resendAll(urls) {
  const told = { limited: 0, other: 0 };
  let started = 0;
  const client = async (_, index) => {
    const url = urls[index % urls.length];
    while (started < WANTED) {
      started += 1;
      for (;;) {
        const response = await fetch(url, {
          method: 'POST',
          headers: { 'content-type': 'application/json' },
          body: BODY,
        });
        const member = (await response.json()).data.resendDvEmails;
        if (member.__typename !== 'ResendDvEmailsRateLimitedError') {
          told.other += member.__typename === 'ResendDvEmailsSuccess' ? 0 : 1;
          break;
        }
        told.limited += 1;
        await sleep(member.retryAfterSeconds * 1_000);
      }
    }
  };
  await Promise.all(Array.from({ length: CLIENTS }, client));
  return told;
}

export async function allowance({ tell }) {
  const [short, long] = parseWindows(QUOTA);
  const simulator = await startSimulator({ quota: [short, long] });
  const redis = await startRedis();
  const gateways = [];
  for (let index = 0; index < GATEWAYS; index += 1) {
    gateways.push(
      await launchGateway(
        {
          DIGICERT_API_KEY: 'key',
          DIGICERT_BASE_URL: simulator.baseUrl,
          DIGICERT_QUOTA: QUOTA,
          REDIS_URL: redis.url,
        },
        { onLine: (line) => line.includes('limits.redis') && tell(line) },
      ),
    );
  }
  const { limited, other } = await resendAll(gateways.map(({ url }) => url));
  for (const { child } of [...gateways, redis]) {
    await end(child);
  }
  await simulator.close();

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
  return {
    text:
      `${QUOTA}, ${GATEWAYS} gateways: ${times.length} of ${WANTED} sent in ${(tookMs / 1_000).toFixed(1)} s, ` +
      `at best ${(idealMs / 1_000).toFixed(1)} s: ${((idealMs / tookMs) * 100).toFixed(1)} % of the allowance used; ` +
      `${refused} times 429 from DigiCert, ${limited} calls told to come back, ${other} other answers.`,
    share: idealMs / tookMs,
    faults: refused + other,
  };
}
