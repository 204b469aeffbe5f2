// From the start of the process, out of dist/, to the first response to a mutation; and memory a moment later.
import { setTimeout as sleep } from 'node:timers/promises';
import { buildBefore } from '../before.mjs';
import { BARE, BEFORE, PRODUCTION, toGatewaySettings } from '../contestants.mjs';
import { fill, toBody } from '../document.mjs';
import { ask, end, launchPinnedGateway } from '../launch.mjs';
import { startUpstream } from '../load.mjs';
import { inRounds } from '../rounds.mjs';
import { median, toTable, withSpread } from '../statistics.mjs';

const SETTLE_MS = 500;

async function startOnce(settings, headers, main) {
  const startedAt = performance.now();
  const { child, url } = await launchPinnedGateway(settings, { main });
  for (let answered = false; !answered; ) {
    answered = await fetch(url, {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...headers },
      body: fill(toBody(), 'first'),
    }).then(
      async (response) => (await response.text()).includes('ResendDvEmailsSuccess'),
      () => sleep(2),
    );
  }
  const seconds = (performance.now() - startedAt) / 1_000;
  await sleep(SETTLE_MS);
  const { residentBytes } = await ask(child, 'usage');
  await end(child);
  return { seconds, residentMb: residentBytes / 1e6 };
}

export async function coldStart({ rounds, tell }) {
  const { simulator } = await startUpstream();
  const token = await (await fetch(simulator.tokenUrl)).text();
  const profiles = [
    { name: PRODUCTION, headers: { authorization: `Bearer ${token}` } },
    { name: BARE, headers: {} },
    {
      name: BEFORE[PRODUCTION],
      profile: PRODUCTION,
      headers: { authorization: `Bearer ${token}` },
      main: buildBefore(),
    },
  ];
  const starts = await inRounds({
    rounds,
    subjects: profiles,
    measure: ({ name, profile = name, headers, main }) =>
      startOnce(toGatewaySettings(profile, { simulator, concurrency: 100 }), headers, main),
    describe: ({ seconds, residentMb }) => `${seconds.toFixed(2)} s, ${residentMb.toFixed(0)} MB`,
    tell,
  });
  await simulator.close();
  const of = (name, key) => starts.get(name).map((one) => one[key]);
  const rows = profiles.map(({ name }) => [
    name,
    withSpread(of(name, 'seconds'), 2),
    withSpread(of(name, 'residentMb')),
  ]);
  const toBefore = (key) => median(of(PRODUCTION, key)) / median(of(BEFORE[PRODUCTION], key));
  return {
    table: toTable(['', 'start to first response, s', 'resident memory after it, MB'], rows),
    seconds: toBefore('seconds'),
    residentMb: toBefore('residentMb'),
  };
}
