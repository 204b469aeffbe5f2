// From the start of the process, out of dist/, to the first response to a mutation; and memory a moment later.
import { setTimeout as sleep } from 'node:timers/promises';
import { BARE, PRODUCTION, toGatewaySettings } from '../contestants.mjs';
import { fill, toBody } from '../document.mjs';
import { ask, end, launchPinnedGateway } from '../launch.mjs';
import { startUpstream } from '../load.mjs';
import { median, toTable, withSpread } from '../statistics.mjs';

const SETTLE_MS = 500;

async function startOnce(settings, headers) {
  const startedAt = performance.now();
  const { child, url } = await launchPinnedGateway(settings);
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
    { name: PRODUCTION, headers: { authorization: `Bearer ${token}` }, starts: [] },
    { name: BARE, headers: {}, starts: [] },
  ];
  for (let round = 1; round <= rounds; round += 1) {
    for (const { name, headers, starts } of profiles) {
      const settings = toGatewaySettings(name, { simulator, concurrency: 100 });
      const one = await startOnce(settings, headers);
      starts.push(one);
      tell(`start ${round}, ${name}: ${one.seconds.toFixed(2)} s, ${one.residentMb.toFixed(0)} MB`);
    }
  }
  await simulator.close();
  const rows = profiles.map(({ name, starts }) => [
    name,
    withSpread(
      starts.map(({ seconds }) => seconds),
      2,
    ),
    withSpread(starts.map(({ residentMb }) => residentMb)),
  ]);
  const [{ starts }] = profiles;
  return {
    table: toTable(['', 'start to first response, s', 'resident memory after it, MB'], rows),
    seconds: median(starts.map(({ seconds }) => seconds)),
    residentMb: median(starts.map(({ residentMb }) => residentMb)),
  };
}
