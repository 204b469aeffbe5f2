// One burst of load on one program, and what it cost.
import { once } from 'node:events';
import { createRequire } from 'node:module';
import autocannon from 'autocannon';
import { fill, toAccount, toBodies } from './document.mjs';
import { ask } from './launch.mjs';

const require = createRequire(import.meta.url);
const { startSimulator } = require('../dist/simulator/simulator.js');
const { accept } = require('../dist/simulator/responders.js');

const JSON_HEADERS = { 'content-type': 'application/json' };

/** A simulator that answers after a while, and counts. */
export async function startUpstream({ delayMs = 0 } = {}) {
  let received = 0;
  const resend =
    delayMs === 0
      ? accept
      : (incoming) =>
          new Promise((resolve) => {
            incoming.later(delayMs, () => resolve(accept(incoming)));
          });
  const simulator = await startSimulator({
    quota: [],
    account: toAccount(resend),
    onRequest: () => {
      received += 1;
    },
  });
  return {
    simulator,
    get received() {
      return received;
    },
  };
}

/** One request, to see that the response is what it should be. */
export async function checkResponse({ url, headers }, { name, body, isSuccess }) {
  const response = await fetch(url, {
    method: 'POST',
    headers: { ...JSON_HEADERS, ...headers },
    body: fill(body, 'check'),
  });
  const text = await response.text();
  if (response.status !== 200 || !isSuccess(text)) {
    throw new Error(`${name} answers ${response.status}: ${text.slice(0, 500)}`);
  }
}

/** Sends one body again and again, for one order after the other. Figures are of one request, but for memory. Throws when one fails. */
export async function burst({ child, url, headers }, body, { seconds, connections, upstream }) {
  const before = await ask(child, 'usage');
  const receivedBefore = upstream.received;
  // Autocannon lays out each body for each connection: all of them for each of 200 would take it seconds.
  const requests = toBodies(body).map((each) => ({ body: each }));
  const perConnection = Math.ceil(requests.length / connections);
  let taken = 0;
  const load = autocannon({
    url,
    method: 'POST',
    headers: { ...JSON_HEADERS, ...headers },
    requests: requests.slice(0, 1),
    setupClient: (client) => {
      client.setRequests(requests.slice(taken, taken + perConnection));
      taken += perConnection;
    },
    // Each request is for a mailbox of its own.
    idReplacement: true,
    connections,
    duration: seconds,
  });
  const [result] = await once(load, 'done');
  const after = await ask(child, 'usage');
  const answered = result['2xx'];
  if (result.errors > 0 || result.non2xx > 0 || upstream.received - receivedBefore < answered) {
    throw new Error(
      `${url}: ${answered} good answers, ${result.non2xx} others, ${result.errors} errors, ` +
        `${upstream.received - receivedBefore} requests at DigiCert.`,
    );
  }
  return {
    cpuMicroseconds: (after.cpuMicroseconds - before.cpuMicroseconds) / answered,
    perSecond: answered / result.duration,
    p50Ms: result.latency.p50,
    p99Ms: result.latency.p99,
    peakMb: after.peakBytes / 1e6,
  };
}
