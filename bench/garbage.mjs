// A thousand requests a second that are refused: `npm run bench:garbage`. The event loop must not be held
// up by them; measured by the gateway itself (nodejs_eventloop_lag_p99_seconds).
import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { Agent, request } from 'undici';
import { launchGateway, readMetric } from './launch.mjs';

const { values } = parseArgs({
  options: {
    rate: { type: 'string', default: '1000' },
    seconds: { type: 'string', default: '30' },
  },
});
const MAX_LAG_SECONDS = 0.05;
const TICK_MS = 10;

const { url, metricsUrl } = await launchGateway({
  METRICS_PORT: '0',
  MAX_BODY_BYTES: '100000',
  ROUTER_SECRET: 'only-good-requests-show-this',
});
const dispatcher = new Agent({ connections: 100, pipelining: 1 });
const good = {
  'content-type': 'application/json',
  'x-router-secret': 'only-good-requests-show-this',
};
const random = () => Math.random().toString(36).slice(2);

/** What is refused at each door: credentials, HTTP, JSON, syntax, validation, limits, input. */
const GARBAGE = [
  () => ({ headers: { 'content-type': 'application/json' }, body: '{"query":"{ __typename }"}' }),
  () => ({ headers: { ...good, 'content-type': 'text/plain' }, body: random() }),
  () => ({ headers: good, body: `{"query": "${random()}` }),
  () => ({ headers: good, body: 'x'.repeat(100_001) }),
  () => ({ headers: good, body: JSON.stringify({ query: `{ ${random()} ` }) }),
  () => ({ headers: good, body: JSON.stringify({ query: `{ a${random()} }` }) }),
  () => ({ headers: good, body: JSON.stringify({ query: `{ ${'a { '.repeat(400)} ${random()}` }) }),
  () => ({
    headers: good,
    body: JSON.stringify({
      query: `mutation { resendDvEmails(orderId: "${random()}") { __typename } }`,
    }),
  }),
];

const counts = {};
async function send(index) {
  const { headers, body } = GARBAGE[index % GARBAGE.length]();
  const response = await request(url, { method: 'POST', headers, body, dispatcher });
  await response.body.dump();
  counts[response.statusCode] = (counts[response.statusCode] ?? 0) + 1;
}

const total = Number(values.rate) * Number(values.seconds);
const startedAt = performance.now();
const responses = [];
const lags = [];
// The figure covers the time since it was last asked for.
await readMetric(metricsUrl, 'nodejs_eventloop_lag_p99_seconds');
for (let sent = 0; sent < total; ) {
  const due = Math.min(
    total,
    Math.floor(((performance.now() - startedAt) / 1_000) * Number(values.rate)),
  );
  for (; sent < due; sent += 1) {
    responses.push(send(sent));
  }
  if (lags.length < Math.floor((performance.now() - startedAt) / 5_000)) {
    lags.push(await readMetric(metricsUrl, 'nodejs_eventloop_lag_p99_seconds'));
  }
  await sleep(TICK_MS);
}
await Promise.all(responses);
lags.push(await readMetric(metricsUrl, 'nodejs_eventloop_lag_p99_seconds'));
const seconds = (performance.now() - startedAt) / 1_000;
const worst = Math.max(...lags);
process.stdout.write(
  `${total} requests in ${seconds.toFixed(1)} s (${(total / seconds).toFixed(0)}/s), by status ${JSON.stringify(counts)}; ` +
    `event-loop lag p99 per 5 s: ${lags.map((lag) => `${(lag * 1e3).toFixed(1)} ms`).join(', ')}\n`,
);
process.exit(worst < MAX_LAG_SECONDS ? 0 : 1);
