// What the gateway adds to the time that DigiCert takes: 1000 requests a second to a DigiCert that needs 200 ms, so
// that some 200 are on their way at a time, and in turn the same to the simulator itself.
import { BARE, BEFORE, CONTESTANTS, PRODUCTION } from '../contestants.mjs';
import { ORDER_ID } from '../document.mjs';
import { end } from '../launch.mjs';
import { startUpstream } from '../load.mjs';
import { describeTimes, measureAtRate } from '../rate.mjs';
import { inRounds } from '../rounds.mjs';
import { median, toTable, withSpread } from '../statistics.mjs';

const DELAY_MS = 200;

/** More connections than requests are ever on their way, so that none waits for one. */
const LOAD = { perSecond: 1_000, seconds: 5, connections: 400 };

/** Until the code is compiled, a thousand requests a second are more than one processor can do. */
const WARM_UP_RUNS = 4;

const DIRECT = 'DigiCert alone';
const NAMES = [PRODUCTION, BARE, BEFORE[PRODUCTION]];

export async function addedLatency({ rounds, tell }) {
  const { simulator } = await startUpstream({ delayMs: DELAY_MS });
  const direct = {
    name: DIRECT,
    url: `${simulator.baseUrl}/order/certificate/${ORDER_ID}/resend-emails`,
    method: 'PUT',
    headers: { 'x-dc-devkey': 'key' },
    body: '{}',
  };
  const gateways = [];
  for (const { name, body, start } of CONTESTANTS.filter((one) => NAMES.includes(one.name))) {
    const program = await start({ simulator, concurrency: LOAD.connections });
    gateways.push({ ...program, name, body });
    for (let run = 0; run < WARM_UP_RUNS; run += 1) {
      await measureAtRate(gateways.at(-1), LOAD);
    }
  }
  const times = await inRounds({
    rounds,
    subjects: [direct, ...gateways],
    measure: (subject) => measureAtRate(subject, LOAD),
    describe: describeTimes,
    tell,
  });
  for (const { child } of gateways) {
    await end(child);
  }
  await simulator.close();

  const of = (name, key) => times.get(name).map((one) => one[key]);
  const added = (name, key) => of(name, key).map((ms, round) => ms - of(DIRECT, key)[round]);
  const rows = [...times.keys()].map((name) => [
    name,
    withSpread(of(name, 'p50'), 1),
    withSpread(of(name, 'p99'), 1),
    name === DIRECT ? '' : withSpread(added(name, 'p50'), 1),
    name === DIRECT ? '' : withSpread(added(name, 'p99'), 1),
  ]);
  const header = ['', 'p50, ms', 'p99, ms', 'added to p50, ms', 'added to p99, ms'];
  return {
    table: toTable(header, rows),
    p50: median(added(PRODUCTION, 'p50')),
    p99: median(added(PRODUCTION, 'p99')),
  };
}
