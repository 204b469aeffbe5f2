// A breaking change of the schema needs a line in the changelog that names what it breaks.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { CriticalityLevel, diff } from '@graphql-inspector/core';
import { buildASTSchema, parse } from 'graphql';
import { printGatewaySchema } from '../../src/graphql/schema';

const root = join(__dirname, '..', '..');
const read = (path: string) => readFileSync(join(root, path), 'utf8');
const build = (sdl: string) => buildASTSchema(parse(sdl), { assumeValidSDL: true });

/**
 * The breaking changes whose path, such as `Query.certificateOrder`, no line of the changelog that begins
 * with "- Breaking:" names in backticks. A change of a directive counts: without its key an entity is none.
 */
async function findUnannounced(released: string, current: string, changelog: string) {
  const changes = await diff(build(released), build(current));
  const announced = changelog.split('\n').filter((line) => line.startsWith('- Breaking:'));
  return changes
    .filter(
      ({ criticality, type }) =>
        criticality.level === CriticalityLevel.Breaking || type.startsWith('DIRECTIVE_USAGE'),
    )
    .filter(({ path }) => !announced.some((line) => line.includes(`\`${path}\``)))
    .map(({ message }) => message);
}

/** What the changelog says of the next release. */
const unreleased = read('CHANGELOG.md').split(/^## /m)[1] ?? '';

it('breaks nothing of the last released schema without saying so', async () => {
  expect(
    await findUnannounced(read('schema/released.graphql'), printGatewaySchema(), unreleased),
  ).toEqual([]);
});

it('finds a breaking change, and lets it pass once it is announced', async () => {
  const current = printGatewaySchema();
  const changed = current.replace(/^ {2}dcvMethod: String$/m, '  dcvMethods: [String!]');
  expect(changed).not.toBe(current);

  const found = await findUnannounced(current, changed, unreleased);
  expect(found).toEqual(["Field 'dcvMethod' was removed from object type 'CertificateOrder'"]);
  expect(await findUnannounced(current, changed, '- New: `CertificateOrder.dcvMethod`')).toEqual(
    found,
  );
  const announced = '- Breaking: `CertificateOrder.dcvMethod` was removed.';
  expect(await findUnannounced(current, changed, announced)).toEqual([]);
});

it('takes the loss of an entity key, and of a member of a union, for breaking', async () => {
  const current = printGatewaySchema();
  for (const part of [' @key(fields: "id")', ' | ResendDvEmailsUpstreamError']) {
    expect(current).toContain(part);
    expect(await findUnannounced(current, current.replace(part, ''), unreleased)).not.toEqual([]);
  }
});
