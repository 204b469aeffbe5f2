// schema/client.graphql is the whole API, in nothing but the GraphQL specification's own SDL.
import { existsSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { buildSchema, lexicographicSortSchema, printSchema, validateSchema } from 'graphql';
import { printClientSchema, printGatewaySchema } from '../../src/graphql/schema';
import { describeWhere } from '../support/describe-where';

const ROOT = join(__dirname, '..', '..');
const PACKAGES = join(ROOT, 'docs', 'examples', 'snippets', 'node_modules');
const sdl = readFileSync(join(ROOT, 'schema', 'client.graphql'), 'utf8');

it('is fresh, and names nothing of federation', () => {
  expect(sdl).toBe(printClientSchema());
  expect(sdl.replaceAll(/"""(?:.|\n)*?"""/g, '')).not.toMatch(
    /@(?!deprecated|specifiedBy)|extend|_Any|_Entity|_Service/,
  );
});

it("has the same types, fields and arguments as the subgraph's schema", () => {
  const whole = buildSchema(printGatewaySchema(), { assumeValidSDL: true });
  expect(printSchema(lexicographicSortSchema(buildSchema(sdl)))).toBe(
    printSchema(lexicographicSortSchema(whole)),
  );
});

it('is taken by graphql 16 as it is', () => {
  expect(validateSchema(buildSchema(sdl))).toEqual([]);
});

const describeInstalled = describeWhere(
  'of the schema with graphql 17',
  existsSync(join(PACKAGES, 'graphql-17'))
    ? undefined
    : 'run `npm ci --prefix docs/examples/snippets` first',
  'REQUIRE_CLIENTS',
);

describeInstalled('graphql 17', () => {
  it('takes it as it is', () => {
    const { resolve } = createRequire(join(PACKAGES, 'x'));
    const graphql = jest.requireActual(resolve('graphql-17'));

    expect(graphql.version).toMatch(/^17\./);
    expect(graphql.validateSchema(graphql.buildSchema(sdl))).toEqual([]);
  });
});
