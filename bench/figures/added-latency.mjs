// What the gateway adds to the time that DigiCert takes: 1000 requests a second to a DigiCert that needs 200 ms, so
// that some 200 are on their way at a time, and in turn the same to the simulator itself.
import { setTimeout as sleep } from 'node:timers/promises';
import { Pool } from 'undici';
import { BARE, CONTESTANTS, PRODUCTION } from '../contestants.mjs';
import { fill, ORDER_ID } from '../document.mjs';
import { end } from '../launch.mjs';
import { startUpstream } from '../load.mjs';
import { median, percentile, toTable, withSpread } from '../statistics.mjs';

const DELAY_MS = 200;
const PER_SECOND = 1_000;
const SECONDS = 5;

/** More than are ever on their way, so that none waits for a connection. */
const CONNECTIONS = 400;

/** Until the code is compiled, a thousand requests a second are more than one processor can do. */
const WARM_UP_RUNS = 4;

/**
 * Sends at a fixed rate, for any response: clients that wait for their responses fall into step with each other,
 * and then measure their own crowd. Milliseconds from sending to the whole answer.
 */
async function measure({ url, method, headers, body }) {
  const { origin, pathname } = new URL(url);
  const pool = new Pool(origin, { connections: CONNECTIONS, pipelining: 1 });
  const send = async (id) => {
    const sentAt = performance.now();
    const response = await pool.request({
      path: pathname,
      method,
      headers: { 'content-type': 'application/json', ...headers },
      body: fill(body, id),
    });
    await response.body.dump();
    if (response.statusCode >= 300) {
      throw new Error(`${url} answers ${response.statusCode}.`);
    }
    return { sentAt, tookMs: performance.now() - sentAt };
  };
  const startedAt = performance.now();
  const responses = [];
  while (responses.length < PER_SECOND * SECONDS) {
    const due = Math.floor(((performance.now() - startedAt) * PER_SECOND) / 1_000);
    while (responses.length < Math.min(due, PER_SECOND * SECONDS)) {
      responses.push(send(`${startedAt}-${responses.length}`));
    }
    await sleep(1);
  }
  // The first half second opens connections.
  const times = (await Promise.all(responses))
    .filter(({ sentAt }) => sentAt > startedAt + 500)
    .map(({ tookMs }) => tookMs);
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
    const { child, url, headers } = await contestant.start({ simulator, concurrency: CONNECTIONS });
    const target = { url, method: 'POST', headers, body: contestant.body };
    for (let run = 0; run < WARM_UP_RUNS; run += 1) {
      await measure(target);
    }
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
