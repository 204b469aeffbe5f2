// Requests at a fixed rate, however long the responses take.
import { setTimeout as sleep } from 'node:timers/promises';
import { Pool } from 'undici';
import { fill, toBodies } from './document.mjs';
import { percentile } from './statistics.mjs';

/**
 * Sends at a fixed rate, for any response: clients that wait for their responses fall into step with each other,
 * and then measure their own crowd. Milliseconds from sending to the whole answer.
 */
export async function measureAtRate(
  { url, method = 'POST', headers, body },
  { perSecond, seconds, connections },
) {
  const { origin, pathname } = new URL(url);
  const pool = new Pool(origin, { connections, pipelining: 1 });
  const bodies = toBodies(body);
  const send = async (index) => {
    const sentAt = performance.now();
    const response = await pool.request({
      path: pathname,
      method,
      headers: { 'content-type': 'application/json', ...headers },
      body: fill(bodies[index % bodies.length], `${startedAt}-${index}`),
    });
    const text = await response.body.text();
    const isRefusal = text !== '' && !text.includes('"ResendDvEmailsSuccess"');
    if (response.statusCode >= 300 || isRefusal) {
      throw new Error(`${url} answers ${response.statusCode}: ${text.slice(0, 500)}`);
    }
    return { sentAt, tookMs: performance.now() - sentAt };
  };
  const startedAt = performance.now();
  const responses = [];
  while (responses.length < perSecond * seconds) {
    const due = Math.floor(((performance.now() - startedAt) * perSecond) / 1_000);
    while (responses.length < Math.min(due, perSecond * seconds)) {
      responses.push(send(responses.length));
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

export const describeTimes = ({ p50, p99 }) => `p50 ${p50.toFixed(1)} ms, p99 ${p99.toFixed(1)} ms`;
