// What the gateway adds to the time that DigiCert takes: 200 clients at once, DigiCert needs 200 ms, and the
// same clients ask the simulator itself in turn.
import { setTimeout as sleep } from 'node:timers/promises';
import { Pool } from 'undici';
import { BARE, CONTESTANTS, PRODUCTION } from '../contestants.mjs';
import { fill, ORDER_ID } from '../document.mjs';
import { end } from '../launch.mjs';
import { startUpstream } from '../load.mjs';
import { median, percentile, toTable, withSpread } from '../statistics.mjs';

const DELAY_MS = 200;
const CLIENTS = 200;
const SECONDS = 5;

/** Milliseconds of every answer but each client's first, which opens connections. */
async function measure({ url, method, headers, body }) {
  const { origin, pathname } = new URL(url);
  const pool = new Pool(origin, { connections: CLIENTS, pipelining: 1 });
  const until = performance.now() + SECONDS * 1_000;
  const times = [];
  const client = async (index) => {
    // Spread over the time of an answer, as people are.
    await sleep((index * DELAY_MS) / CLIENTS);
    for (let calls = 0; performance.now() < until; calls += 1) {
      const startedAt = performance.now();
      const answer = await pool.request({
        path: pathname,
        method,
        headers: { 'content-type': 'application/json', ...headers },
        body: fill(body, `${index}.${calls}`),
      });
      await answer.body.dump();
      if (answer.statusCode >= 300) {
        throw new Error(`${url} answers ${answer.statusCode}.`);
      }
      if (calls > 0) {
        times.push(performance.now() - startedAt);
      }
    }
  };
  await Promise.all(Array.from({ length: CLIENTS }, (_, index) => client(index)));
  await pool.close();
  return { p50: percentile(times, 0.5), p99: percentile(times, 0.99) };
}

export async function addedLatency({ rounds, tell }) {
  const { simulator } = await startUpstream({ delayMs: DELAY_MS });
  const direct = {
    name: 'DigiCert alone',
    target: {
      url: `${simulator.baseUrl}/order/certificate/${ORDER_ID}/resend-emails`,
      method: 'PUT',
      headers: { 'x-dc-devkey': 'key' },
      body: '{}',
    },
    times: [],
  };
  const gateways = [];
  for (const contestant of CONTESTANTS.filter(({ name }) => [PRODUCTION, BARE].includes(name))) {
    const { child, url, headers } = await contestant.start({ simulator, concurrency: CLIENTS });
    const target = { url, method: 'POST', headers, body: contestant.body };
    await measure(target);
    gateways.push({ name: contestant.name, child, target, times: [] });
  }
  for (let round = 1; round <= rounds; round += 1) {
    for (const { name, target, times } of [direct, ...gateways]) {
      const one = await measure(target);
      times.push(one);
      tell(`round ${round}, ${name}: p50 ${one.p50.toFixed(1)} ms, p99 ${one.p99.toFixed(1)} ms`);
    }
  }
  for (const { child } of gateways) {
    await end(child);
  }
  await simulator.close();

  const added = (times, key) => times.map((one, round) => one[key] - direct.times[round][key]);
  const rows = [direct, ...gateways].map(({ name, times }) => [
    name,
    withSpread(
      times.map(({ p50 }) => p50),
      1,
    ),
    withSpread(
      times.map(({ p99 }) => p99),
      1,
    ),
    name === direct.name ? '' : withSpread(added(times, 'p50'), 1),
    name === direct.name ? '' : withSpread(added(times, 'p99'), 1),
  ]);
  const header = ['', 'p50, ms', 'p99, ms', 'added to p50, ms', 'added to p99, ms'];
  const bare = gateways.find(({ name }) => name === BARE).times;
  const production = gateways.find(({ name }) => name === PRODUCTION).times;
  return {
    table: toTable(header, rows),
    p50: Math.max(...[bare, production].map((times) => median(added(times, 'p50')))),
    p99: Math.max(...[bare, production].map((times) => median(added(times, 'p99')))),
  };
}
