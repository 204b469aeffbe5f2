// What longer requests cost: 1, 10, 100 and 250 approval entries, each an email; and a document that was never
// seen before, with one entry.
import { BARE, CONTESTANTS } from '../contestants.mjs';
import { toBody, toUnseenBody, toVariables } from '../document.mjs';
import { end } from '../launch.mjs';
import { burst, startUpstream } from '../load.mjs';
import { toRatio, toTable, withSpread } from '../statistics.mjs';

const COUNTS = [1, 10, 100, 250];
const CONNECTIONS = 50;

export async function growth({ rounds, seconds, tell }) {
  const upstream = await startUpstream();
  const { simulator } = upstream;
  const contestant = CONTESTANTS.find(({ name }) => name === BARE);
  const program = await contestant.start({ simulator, concurrency: CONNECTIONS });
  const kinds = [
    ...COUNTS.map((count) => ({
      name: count === 1 ? '1 entry' : `${count} entries`,
      body: toBody({ variables: toVariables(count) }),
      bursts: [],
    })),
    { name: '1 entry, unseen document', body: toUnseenBody(), bursts: [] },
  ];
  const options = { seconds, connections: CONNECTIONS, upstream };
  for (const { body } of kinds) {
    await burst(program, body, options);
  }
  for (let round = 1; round <= rounds; round += 1) {
    for (const { name, body, bursts } of kinds) {
      const one = await burst(program, body, options);
      bursts.push(one);
      tell(`round ${round}, ${name}: ${one.cpuMicroseconds.toFixed(0)} us`);
    }
  }
  await end(program.child);
  await simulator.close();

  const [first] = kinds;
  const ratio = ({ bursts }) => toRatio(bursts, first.bursts);
  const rows = kinds.map((kind) => [
    kind.name,
    withSpread(kind.bursts.map(({ cpuMicroseconds }) => cpuMicroseconds)),
    ratio(kind).toFixed(2),
  ]);
  return {
    table: toTable(['', 'CPU per request, µs', 'to 1 entry'], rows),
    ratio: ratio(kinds[COUNTS.length - 1]),
  };
}
