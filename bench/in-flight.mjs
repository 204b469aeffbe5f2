// Many mutations in flight at once: `npm run bench:in-flight`. Each has to be answered; tells what memory
// one of them takes while it waits for a DigiCert that needs a second.
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { Agent, request } from 'undici';
import { launchGateway } from './launch.mjs';

const require = createRequire(import.meta.url);
const { startSimulator } = require('../dist/simulator/simulator.js');

const { values } = parseArgs({ options: { calls: { type: 'string', default: '2000' } } });
const calls = Number(values.calls);
const ROUNDS = 5;

/** What DigiCert holds back; it answers a second after the last one has come. */
let held = [];
const simulator = await startSimulator({
  quota: [],
  account: {
    5555: {
      summary: 'accepted when all are there',
      resend: async (incoming) => {
        await incoming.receive();
        held.push(() => {
          incoming.send();
          incoming.response.writeHead(204).end();
        });
      },
    },
  },
});
const probe = join(dirname(fileURLToPath(import.meta.url)), 'probe.cjs');
const { child, url } = await launchGateway(
  {
    DIGICERT_API_KEY: 'key',
    DIGICERT_BASE_URL: simulator.baseUrl,
    DIGICERT_CONCURRENCY: String(calls),
    DIGICERT_TIMEOUT_MS: '60000',
  },
  { args: ['--expose-gc', '--require', probe], ipc: true },
);

function measure() {
  return new Promise((resolve) => {
    child.once('message', resolve);
    child.send('measure');
  });
}

const dispatcher = new Agent({ connections: calls, pipelining: 1 });
const body = JSON.stringify({
  query:
    'mutation { resendDvEmails(orderId: "5555", input: { domainApprovalEmails: [{ domain: "example.com", email: "admin@example.com" }], locale: "en" }) { __typename } }',
});

async function call() {
  const answer = await request(url, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body,
    dispatcher,
  });
  return (await answer.body.json()).data.resendDvEmails.__typename;
}

const figures = [];
let answered = 0;
for (let round = 0; round < ROUNDS; round += 1) {
  held = [];
  const before = await measure();
  const answers = Promise.all(Array.from({ length: calls }, call));
  while (held.length < calls) {
    await sleep(5);
  }
  const during = await measure();
  await sleep(1_000);
  for (const answer of held) {
    answer();
  }
  const members = await answers;
  answered += members.filter((member) => member === 'ResendDvEmailsSuccess').length;
  const heapKb = (during.heapUsed - before.heapUsed) / 1e3 / calls;
  const residentKb = (during.rss - before.rss) / 1e3 / calls;
  figures.push(heapKb);
  process.stdout.write(
    `${calls} in flight: ${heapKb.toFixed(1)} kB of heap each, resident ${residentKb.toFixed(1)} kB each; ` +
      `${members.length} answers\n`,
  );
  // Idle connections to DigiCert are kept for four seconds; the next round is to find as few as this one did.
  await sleep(6_000);
}
const median = figures.sort((a, b) => a - b)[Math.floor(ROUNDS / 2)];
process.stdout.write(
  `${answered} of ${calls * ROUNDS} accepted; median ${median.toFixed(1)} kB of heap per mutation in flight\n`,
);
process.exit(answered === calls * ROUNDS ? 0 : 1);
