// The subgraph composes with another one that has types of the plainest names, in every composer tried.
import { composeServices as composeByApollo } from '@apollo/composition';
import { composeServices as composeByGuild } from '@theguild/federation-composition';
import { federateSubgraphs } from '@wundergraph/composition';
import { parse } from 'graphql';
import { printGatewaySchema } from '../../src/graphql/schema';
import { addAuthDirectives } from '../../src/tools/auth-directives';
import { SUPPORT_SDL } from '../support/support-subgraph';

const SUBGRAPHS = [
  { name: 'dv-emails', url: 'http://127.0.0.1:4000/graphql', sdl: printGatewaySchema() },
  { name: 'support', url: 'http://127.0.0.1:4001/graphql', sdl: SUPPORT_SDL },
];
const services = SUBGRAPHS.map(({ name, url, sdl }) => ({ name, url, typeDefs: parse(sdl) }));

/** Both teams' fields on one entity, and both teams' types side by side. */
function expectWhole(supergraphSdl: string | undefined): void {
  expect(supergraphSdl).toMatch(/type CertificateOrder[^{]*\{[^}]*dcvMethod[^}]*ticketTitles/);
  expect(supergraphSdl).toMatch(/type InvalidInputError\b/);
  expect(supergraphSdl).toMatch(/type ResendDvEmailsInvalidInputError\b/);
}

it('composes in Apollo Composition, without errors or hints', () => {
  const { errors, hints, supergraphSdl } = composeByApollo(services);
  expect(errors).toBeUndefined();
  expect(hints).toEqual([]);
  expectWhole(supergraphSdl);
});

it("composes in The Guild's Federation Composition, without errors", () => {
  const { errors, supergraphSdl } = composeByGuild(services);
  expect(errors).toBeUndefined();
  expectWhole(supergraphSdl);
});

it('composes in WunderGraph Composition, without errors or warnings', () => {
  const result = federateSubgraphs({
    subgraphs: SUBGRAPHS.map(({ name, url, sdl }) => ({ name, url, definitions: parse(sdl) })),
    version: '1',
  });
  expect(result).toMatchObject({ success: true, warnings: [] });
});

it('composes with the authorisation directives too, in Apollo Composition', () => {
  const [ours, theirs] = services;
  const { errors, supergraphSdl } = composeByApollo([
    {
      ...(ours as (typeof services)[number]),
      typeDefs: parse(addAuthDirectives(printGatewaySchema())),
    },
    theirs as (typeof services)[number],
  ]);
  expect(errors).toBeUndefined();
  expect(supergraphSdl).toContain('@requiresScopes(scopes: [["dv-emails:resend"]])');
});

it('does not compose when the types of both are named alike: the check can fail', () => {
  const [ours, theirs] = services;
  const clash = parse(
    SUPPORT_SDL.replaceAll('InvalidInputError', 'ResendDvEmailsInvalidInputError'),
  );
  const { errors } = composeByApollo([
    ours as (typeof services)[number],
    { ...(theirs as (typeof services)[number]), typeDefs: clash },
  ]);
  expect(errors?.length).toBeGreaterThan(0);
});
