// Everything that RESULTS.md reports, measured and written down: `npm run bench`, about half an hour, on a machine
// with nothing else to do. `-- --only side-by-side` (or another section, as often as wanted) measures that alone
// and prints it; `--rounds` and `--seconds` are for a shorter look, which is not written down either.
import { readFileSync, writeFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { BARE, BEFORE, FORWARDER, PRODUCTION } from './contestants.mjs';
import { addedLatency } from './figures/added-latency.mjs';
import { allowance } from './figures/allowance.mjs';
import { coldStart } from './figures/cold-start.mjs';
import { growth } from './figures/growth.mjs';
import { inFlight } from './figures/in-flight.mjs';
import { sideBySide } from './figures/side-by-side.mjs';
import { withRedis } from './figures/with-redis.mjs';
import { describeMachine, leaveProcessor } from './machine.mjs';
import { toRatio, toTable } from './statistics.mjs';

const { values } = parseArgs({
  options: {
    only: { type: 'string', multiple: true },
    rounds: { type: 'string' },
    seconds: { type: 'string' },
  },
});
const rounds = Number(values.rounds ?? 5);
const seconds = Number(values.seconds ?? 4);
const tell = (text) => process.stderr.write(`${text}\n`);

const APOLLO = 'Apollo standalone + type-graphql';

/** Each returns its part of RESULTS.md, and what its figures have to be: a name, a figure, a bound. */
const SECTIONS = {
  'side-by-side': async () => {
    const { results, table } = await sideBySide({
      delayMs: 0,
      connections: 50,
      rounds,
      seconds,
      tell,
    });
    const to = (name, base) => toRatio(results.get(name), results.get(base));
    return {
      text: `## Side by side, DigiCert answers at once, 50 connections\n\n${table}`,
      goals: [
        ['production to before', to(PRODUCTION, BEFORE[PRODUCTION]), 0.6],
        ['bare to before', to(BARE, BEFORE[BARE]), 0.7],
        ['bare to Apollo standalone', to(BARE, APOLLO), 0.5],
        ['bare to Yoga', to(BARE, 'GraphQL Yoga'), 0.4],
        ['bare to Hive Gateway', to(BARE, 'Hive Gateway from OpenAPI'), 0.3],
        ['bare to Mercurius (stretch)', to(BARE, 'Mercurius'), 1],
        ['bare to the forwarder (stretch)', to(BARE, FORWARDER), 1.5],
        ['production to Apollo standalone', to(PRODUCTION, APOLLO), 1],
      ],
    };
  },
  'side-by-side-200': async () => {
    const { table } = await sideBySide({ delayMs: 200, connections: 200, rounds, seconds, tell });
    return {
      text: `## Side by side, DigiCert takes 200 ms, 200 connections\n\n${table}`,
      goals: [],
    };
  },
  latency: async () => {
    const { table, p50, p99 } = await addedLatency({ rounds, tell });
    return {
      text: `## Latency added to a DigiCert that takes 200 ms, 1000 requests/s\n\n${table}`,
      goals: [
        ['added to p50, production profile, ms', p50, 1.5],
        ['added to p99, production profile, ms', p99, 15],
      ],
    };
  },
  'with-redis': async () => {
    const { table, ratio } = await withRedis({ rounds, tell });
    return {
      text: `## With limits shared through Redis, 100 requests/s, production profile\n\n${table}`,
      goals: [['added to p50 by a Redis 5 ms away, to before', ratio, 0.45]],
    };
  },
  growth: async () => {
    const { table, ratio, unseen } = await growth({ rounds, seconds: Math.min(seconds, 2), tell });
    return {
      text: `## Longer requests and unseen documents, bare profile\n\n${table}`,
      goals: [
        ['250 entries to 1 entry', ratio, 9],
        ['unseen document to a known one', unseen, 3.8],
      ],
    };
  },
  'cold-start': async () => {
    const { table, seconds, residentMb } = await coldStart({ rounds, tell });
    return {
      text: `## Cold start, from \`dist/\`\n\n${table}`,
      goals: [
        ['start to first response, to before', seconds, 0.9],
        ['resident memory after start, to before', residentMb, 1],
      ],
    };
  },
  'in-flight': async () => {
    const { table, kilobytes } = await inFlight({ rounds: Math.min(rounds, 5), tell });
    return {
      text: `## Memory of a mutation in flight\n\n${table}`,
      goals: [['heap per mutation in flight, kB', kilobytes, 16]],
    };
  },
  allowance: async () => {
    const { text, share, faults } = await allowance({ tell });
    return {
      text: `## DigiCert's allowance\n\n${text}`,
      goals: [
        ['share of the allowance that is not used', 1 - share, 0.02],
        ['times 429 from DigiCert, and other answers', faults, 0],
      ],
    };
  },
};

const names = values.only ?? Object.keys(SECTIONS);
leaveProcessor();
const parts = [];
for (const name of names) {
  tell(`== ${name}`);
  parts.push(await SECTIONS[name]());
}
const goals = toTable(
  ['', 'measured', 'at most', ''],
  parts
    .flatMap((part) => part.goals)
    .map(([name, figure, bound]) => [
      name,
      figure.toFixed(2),
      String(bound),
      figure <= bound ? 'reached' : '**missed**',
    ]),
);
const results = [
  '# What a mutation costs',
  'Written by `npm run bench`; do not edit. What the figures mean, and why some goals are missed: docs/performance.md.',
  `${new Date().toISOString().slice(0, 10)}. ${describeMachine()}\n\n${listVersions()}`,
  `Figures are medians of ${rounds} interleaved rounds of ${seconds} s, with the least and the most. CPU is the process's own ` +
    'accounting, ratios are medians of the ratios within a round.',
  `## Goals\n\n${goals}`,
  ...parts.map(({ text }) => text),
].join('\n\n');
if (values.only || values.rounds || values.seconds) {
  process.stdout.write(`${results}\n`);
} else {
  writeFileSync(new URL('RESULTS.md', import.meta.url), `${results}\n`);
}
process.exit();

function listVersions() {
  const read = (path) => JSON.parse(readFileSync(new URL(path, import.meta.url), 'utf8'));
  const pins = { ...read('../package.json').dependencies, ...read('package.json').dependencies };
  const shown = [
    '@apollo/server',
    'type-graphql',
    'graphql',
    'fastify',
    'undici',
    'graphql-yoga',
    'mercurius',
    'graphql-jit',
    '@graphql-hive/gateway',
    'autocannon',
  ];
  return `${shown.map((name) => `${name} ${pins[name]}`).join(', ')}.`;
}
