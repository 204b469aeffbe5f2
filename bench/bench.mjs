// Everything that RESULTS.md reports, measured and written down: `npm run bench`, about half an hour, on a machine
// with nothing else to do. `-- --only side-by-side` (or another section, as often as wanted) measures that alone
// and prints it; `--rounds` and `--seconds` are for a shorter look, which is not written down either.
import { readFileSync, writeFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { BARE, FORWARDER, PRODUCTION } from './contestants.mjs';
import { addedLatency } from './figures/added-latency.mjs';
import { allowance } from './figures/allowance.mjs';
import { coldStart } from './figures/cold-start.mjs';
import { growth } from './figures/growth.mjs';
import { inFlight } from './figures/in-flight.mjs';
import { sideBySide } from './figures/side-by-side.mjs';
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
const JIT = 'Mercurius with JIT';

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
        ['bare to Apollo standalone', to(BARE, APOLLO), 0.5],
        ['bare to Yoga', to(BARE, 'GraphQL Yoga'), 0.4],
        ['bare to Hive Gateway', to(BARE, 'Hive Gateway from OpenAPI'), 0.3],
        ['bare to Mercurius with JIT', to(BARE, JIT), 1],
        ['bare to the forwarder (stretch)', to(BARE, FORWARDER), 1.5],
        ['production to bare', to(PRODUCTION, BARE), 1.25],
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
        ['added to p50, ms', p50, 2],
        ['added to p99, ms', p99, 15],
      ],
    };
  },
  growth: async () => {
    const { table, ratio } = await growth({ rounds, seconds: Math.min(seconds, 2), tell });
    return {
      text: `## Longer requests and unseen documents, bare profile\n\n${table}`,
      goals: [['250 entries to 1 entry', ratio, 12]],
    };
  },
  'cold-start': async () => {
    const { table, seconds: took, residentMb } = await coldStart({ rounds, tell });
    return {
      text: `## Cold start, from \`dist/\`\n\n${table}`,
      goals: [
        ['start to first response, s', took, 0.8],
        ['resident memory after start, MB', residentMb, 110],
      ],
    };
  },
  'in-flight': async () => {
    const { table, kilobytes } = await inFlight({ rounds: Math.min(rounds, 5), tell });
    return {
      text: `## Memory of a mutation in flight\n\n${table}`,
      goals: [['heap per mutation in flight, kB', kilobytes, 12]],
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
