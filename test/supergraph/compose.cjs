// Composes the subgraphs of schema/supergraph.yaml, which is in Rover's format, into dist/. `npm run compose -- FILE`: those of FILE.
const { mkdirSync, readFileSync, writeFileSync } = require('node:fs');
const { dirname, join, resolve } = require('node:path');
const { composeServices } = require('@apollo/composition');
const { version } = require('@apollo/composition/package.json');
const { parse } = require('graphql');
const { parse: parseYaml } = require('yaml');

const root = join(__dirname, '..', '..');
const [given] = process.argv.slice(2);
const configFile = given ? resolve(given) : join(root, 'schema', 'supergraph.yaml');
const outputFile = join(root, 'dist', 'supergraph.graphql');

/** Ends with a sentence about what is wrong with the file. */
function refuse(fault) {
  process.stderr.write(`${configFile}: ${fault}\n`);
  process.exit(1);
}

function read(file) {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    return refuse(error.message);
  }
}

function assertKeys(value, keys, place) {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    refuse(`${place} is no mapping.`);
  }
  for (const key of Object.keys(value)) {
    if (!keys.includes(key)) {
      refuse(`${place} has ${key}; known here: ${keys.join(', ')}.`);
    }
  }
}

function readConfig() {
  const config = parseYaml(read(configFile));
  assertKeys(config, ['federation_version', 'subgraphs'], 'The file');
  const wanted = String(config.federation_version ?? 2);
  if (![version.split('.', 1)[0], `=${version}`].includes(wanted)) {
    refuse(
      `federation_version is ${wanted}, and the composer that is installed here is =${version}.`,
    );
  }
  const subgraphs = Object.entries(config.subgraphs ?? {});
  if (subgraphs.length === 0) {
    refuse('There are no subgraphs in it.');
  }
  return subgraphs.map(([name, subgraph]) => {
    assertKeys(subgraph, ['routing_url', 'schema'], name);
    assertKeys(subgraph.schema, ['file'], `${name}.schema`);
    if (!URL.canParse(subgraph.routing_url) || typeof subgraph.schema.file !== 'string') {
      refuse(`${name} needs a URL as routing_url, and a schema.file.`);
    }
    return {
      name,
      url: subgraph.routing_url,
      file: resolve(dirname(configFile), subgraph.schema.file),
    };
  });
}

const subgraphs = readConfig();
const {
  errors = [],
  hints,
  supergraphSdl,
} = composeServices(
  subgraphs.map(({ name, url, file }) => ({
    name,
    url,
    typeDefs: parse(read(file)),
  })),
);
for (const problem of [...errors, ...(hints ?? [])]) {
  process.stderr.write(`${problem}\n`);
}
if (supergraphSdl === undefined) {
  process.exitCode = 1;
} else {
  mkdirSync(dirname(outputFile), { recursive: true });
  writeFileSync(outputFile, supergraphSdl);
  const names = subgraphs.map(({ name }) => name).join(', ');
  process.stdout.write(`Composed dist/supergraph.graphql from ${names}.\n`);
}
