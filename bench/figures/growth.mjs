// What longer requests cost: 1, 10, 100 and 250 approval entries, each an email; and a document that was never
// seen before, with one entry.
import { BARE, CONTESTANTS } from '../contestants.mjs';
import { toBody, toUnseenBody, toVariables } from '../document.mjs';
import { end } from '../launch.mjs';
import { burst, startUpstream } from '../load.mjs';
import { inRounds } from '../rounds.mjs';
import { toRatio, toTable, withSpread } from '../statistics.mjs';

const COUNTS = [1, 10, 100, 250];
const CONNECTIONS = 50;
const UNSEEN = '1 entry, unseen document';

export async function growth({ rounds, seconds, tell }) {
  const upstream = await startUpstream();
  const { simulator } = upstream;
  const contestant = CONTESTANTS.find(({ name }) => name === BARE);
  const program = await contestant.start({ simulator, concurrency: CONNECTIONS });
  const kinds = [
    ...COUNTS.map((count) => ({
      name: count === 1 ? '1 entry' : `${count} entries`,
      body: toBody({ variables: toVariables(count) }),
    })),
    { name: UNSEEN, body: toUnseenBody() },
  ];
  const options = { seconds, connections: CONNECTIONS, upstream };
  for (const { body } of kinds) {
    await burst(program, body, options);
  }
  const results = await inRounds({
    rounds,
    subjects: kinds,
    measure: ({ body }) => burst(program, body, options),
    describe: ({ cpuMicroseconds }) => `${cpuMicroseconds.toFixed(0)} us`,
    tell,
  });
  await end(program.child);
  await simulator.close();

  const ratio = (name) => toRatio(results.get(name), results.get(kinds[0].name));
  const rows = [...results].map(([name, bursts]) => [
    name,
    withSpread(bursts.map(({ cpuMicroseconds }) => cpuMicroseconds)),
    ratio(name).toFixed(2),
  ]);
  return {
    table: toTable(['', 'CPU per request, µs', 'to 1 entry'], rows),
    ratio: ratio(kinds[COUNTS.length - 1].name),
    unseen: ratio(UNSEEN),
  };
}
