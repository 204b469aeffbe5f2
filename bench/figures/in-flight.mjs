// Many mutations in flight at once: each has to be answered. What memory one of them takes while it waits for a
// DigiCert that needs a second; beside it the forwarder, whose two connections and two HTTP messages are needed by
// every program that waits for a response.
import { createRequire } from 'node:module';
import { setTimeout as sleep } from 'node:timers/promises';
import { Agent, request } from 'undici';
import { BARE, BEFORE, CONTESTANTS, FORWARDER } from '../contestants.mjs';
import { fill } from '../document.mjs';
import { ask, end } from '../launch.mjs';
import { inRounds } from '../rounds.mjs';
import { median, toTable, withSpread } from '../statistics.mjs';

const require = createRequire(import.meta.url);
const { startSimulator } = require('../../dist/simulator/simulator.js');

const CALLS = 2_000;
const UPSTREAM_MS = 1_000;

/** Idle connections to DigiCert are kept for four seconds; a round is to find as few as the one before did. */
const BETWEEN_ROUNDS_MS = 6_000;

/** Kilobytes of heap that each of the calls takes while all of them wait. */
async function measureOnce({ child, url, headers }, { body, isSuccess }, held) {
  const dispatcher = new Agent({ connections: CALLS, pipelining: 1 });
  const call = async (_, index) => {
    const response = await request(url, {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...headers },
      body: fill(body, index),
      dispatcher,
    });
    return response.body.text();
  };
  const before = await ask(child, 'heap');
  const responses = Promise.all(Array.from({ length: CALLS }, call));
  while (held.length < CALLS) {
    await sleep(5);
  }
  const during = await ask(child, 'heap');
  await sleep(UPSTREAM_MS);
  for (const respond of held.splice(0)) {
    respond();
  }
  const accepted = (await responses).filter((text) => isSuccess(text)).length;
  if (accepted !== CALLS) {
    throw new Error(`${accepted} of ${CALLS} were accepted.`);
  }
  await dispatcher.close();
  return (during.heapUsed - before.heapUsed) / 1e3 / CALLS;
}

export async function inFlight({ rounds, tell }) {
  const held = [];
  const simulator = await startSimulator({
    quota: [],
    account: {
      1001: {
        summary: 'accepted on a signal',
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
  const measured = [];
  for (const name of [BARE, BEFORE[BARE], FORWARDER]) {
    const contestant = CONTESTANTS.find((one) => one.name === name);
    const program = await contestant.start({ simulator, concurrency: CALLS });
    measured.push({ name, contestant, program });
  }
  const measure = async ({ program, contestant }) => {
    const kilobytes = await measureOnce(program, contestant, held);
    await sleep(BETWEEN_ROUNDS_MS);
    return kilobytes;
  };
  for (const warmedUp of measured) {
    await measure(warmedUp);
  }
  const results = await inRounds({
    rounds,
    subjects: measured,
    measure,
    describe: (kilobytes) => `${kilobytes.toFixed(1)} kB`,
    tell,
  });
  for (const { program } of measured) {
    await end(program.child);
  }
  await simulator.close();
  const rows = [...results].map(([name, kilobytes]) => [name, withSpread(kilobytes, 1)]);
  return {
    table: toTable(['', `heap per mutation in flight, kB, of ${CALLS}`], rows),
    kilobytes: median(results.get(BARE)),
  };
}
