// What limits that are shared through Redis add to a mutation, with Redis beside the gateway and 5 ms away.
import { BEFORE, CONTESTANTS, PRODUCTION } from '../contestants.mjs';
import { end } from '../launch.mjs';
import { startUpstream } from '../load.mjs';
import { describeTimes, measureAtRate } from '../rate.mjs';
import { startRedisAt } from '../redis.mjs';
import { inRounds } from '../rounds.mjs';
import { median, toTable, withSpread } from '../statistics.mjs';

/** So few that nothing waits for a processor. */
const LOAD = { perSecond: 100, seconds: 5, connections: 50 };

const WARM_UP_RUNS = 2;

/** Milliseconds between the gateway and Redis, there and back. `undefined`: limits are counted in the process. */
const DISTANCES = [undefined, 0, 5];

export async function withRedis({ rounds, tell }) {
  const { simulator } = await startUpstream();
  const subjects = [];
  const servers = [];
  for (const name of [PRODUCTION, BEFORE[PRODUCTION]]) {
    const { body, start } = CONTESTANTS.find((one) => one.name === name);
    for (const distanceMs of DISTANCES) {
      const redis = distanceMs === undefined ? undefined : await startRedisAt(distanceMs);
      servers.push(redis);
      const program = await start({ simulator, concurrency: LOAD.connections, redis: redis?.url });
      subjects.push({ ...program, name: toName(name, distanceMs), body });
      for (let run = 0; run < WARM_UP_RUNS; run += 1) {
        await measureAtRate(subjects.at(-1), LOAD);
      }
    }
  }
  const times = await inRounds({
    rounds,
    subjects,
    measure: (subject) => measureAtRate(subject, LOAD),
    describe: describeTimes,
    tell,
  });
  for (const { child } of subjects) {
    await end(child);
  }
  for (const server of servers) {
    await server?.close();
  }
  await simulator.close();

  const of = (name, distanceMs) => times.get(toName(name, distanceMs)).map(({ p50 }) => p50);
  const added = (name, distanceMs) =>
    of(name, distanceMs).map((ms, round) => ms - of(name, undefined)[round]);
  const rows = [PRODUCTION, BEFORE[PRODUCTION]].flatMap((name) =>
    DISTANCES.map((distanceMs) => [
      toName(name, distanceMs),
      withSpread(of(name, distanceMs), 1),
      distanceMs === undefined ? '' : withSpread(added(name, distanceMs), 1),
    ]),
  );
  return {
    table: toTable(['', 'p50, ms', 'added to p50, ms'], rows),
    ratio: median(added(PRODUCTION, 5)) / median(added(BEFORE[PRODUCTION], 5)),
  };
}

function toName(name, distanceMs) {
  return distanceMs === undefined ? `${name}, no Redis` : `${name}, Redis ${distanceMs} ms away`;
}
