// Composes the subgraphs of schema/supergraph.yaml, which is in Rover's format, into dist/.
const { mkdirSync, readFileSync, writeFileSync } = require('node:fs');
const { dirname, join } = require('node:path');
const { composeServices } = require('@apollo/composition');
const { parse } = require('graphql');
const { parse: parseYaml } = require('yaml');

const root = join(__dirname, '..', '..');
const configFile = join(root, 'schema', 'supergraph.yaml');
const outputFile = join(root, 'dist', 'supergraph.graphql');

const { subgraphs } = parseYaml(readFileSync(configFile, 'utf8'));
const {
  errors = [],
  hints,
  supergraphSdl,
} = composeServices(
  Object.entries(subgraphs).map(([name, { routing_url: url, schema }]) => ({
    name,
    url,
    typeDefs: parse(readFileSync(join(dirname(configFile), schema.file), 'utf8')),
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
  process.stdout.write(
    `Composed dist/supergraph.graphql from ${Object.keys(subgraphs).join(', ')}.\n`,
  );
}
