// The gateway beside its alternatives: the same work, in interleaved rounds.
import { CONTESTANTS, PRODUCTION } from '../contestants.mjs';
import { end } from '../launch.mjs';
import { burst, checkResponse, startUpstream } from '../load.mjs';
import { inRounds } from '../rounds.mjs';
import { median, toRatio, toTable, withSpread } from '../statistics.mjs';

/** A slower program has fewer requests in a second, and needs as many until its code is compiled. */
const WARM_UP_SECONDS = 8;

/** Resolves with the bursts of each contestant, by its name. */
export async function compare({ contestants, delayMs, connections, rounds, seconds, tell }) {
  const upstream = await startUpstream({ delayMs });
  const { simulator } = upstream;
  const started = [];
  for (const contestant of contestants) {
    const program = await contestant.start({ simulator, concurrency: connections });
    await checkResponse(program, contestant);
    started.push({ name: contestant.name, contestant, program });
  }
  const options = { connections, upstream };
  for (const { contestant, program } of started) {
    await burst(program, contestant.body, { ...options, seconds: WARM_UP_SECONDS });
  }
  const results = await inRounds({
    rounds,
    subjects: started,
    measure: ({ contestant, program }) => burst(program, contestant.body, { ...options, seconds }),
    describe: ({ cpuMicroseconds }) => `${cpuMicroseconds.toFixed(0)} us`,
    tell,
  });
  for (const { program } of started) {
    await end(program.child);
  }
  await simulator.close();
  return results;
}

export async function sideBySide({ delayMs, connections, rounds, seconds, tell }) {
  const results = await compare({
    contestants: CONTESTANTS,
    delayMs,
    connections,
    rounds,
    seconds,
    tell,
  });
  const rows = [...results].map(([name, bursts]) => {
    const figure = (key, digits) =>
      withSpread(
        bursts.map((one) => one[key]),
        digits,
      );
    return [
      name,
      figure('cpuMicroseconds'),
      toRatio(bursts, results.get(PRODUCTION)).toFixed(2),
      figure('perSecond'),
      median(bursts.map(({ p50Ms }) => p50Ms)).toFixed(0),
      median(bursts.map(({ p99Ms }) => p99Ms)).toFixed(0),
      Math.max(...bursts.map(({ peakMb }) => peakMb)).toFixed(0),
    ];
  });
  const header = [
    '',
    'CPU per request, µs',
    'to production',
    'requests/s',
    'p50, ms',
    'p99, ms',
    'peak memory, MB',
  ];
  return { results, table: toTable(header, rows) };
}
