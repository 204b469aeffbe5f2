// Where the schema is put together, code first, as a subgraph of a Federation 2 supergraph.
import 'reflect-metadata';
import { buildSubgraphSchema } from '@apollo/subgraph';
import { printSchemaWithDirectives } from '@graphql-tools/utils';
import { type GraphQLSchema, parse } from 'graphql';
import { type AuthCheckerFn, buildSchemaSync, createResolversMap } from 'type-graphql';
import type { Resend } from '../domain/resend';
import { resolveEntities } from './certificate-order/entities';
import {
  CertificateOrderDomainResolver,
  CertificateOrderResolver,
} from './certificate-order/resolver';
import type { GraphqlContext } from './context';
import { CodedError } from './errors/coded-error';
import { ResendDvEmailsResolver } from './resend-dv-emails/resolver';

/** The version every composer tried accepts. */
const LINK =
  'extend schema @link(url: "https://specs.apollo.dev/federation/v2.3", import: ["@key", "@tag"])';

export interface SchemaDependencies {
  readonly resend: Resend;
  readonly authChecker: AuthCheckerFn<GraphqlContext, string>;
}

/** The subgraph's SDL: what a supergraph is composed from. */
export function printSubgraph(): string {
  // Printing calls no resolver.
  const resend = () => Promise.reject(new Error('This schema is only printed.'));
  return printTypes(buildTypes({ resend, authChecker: () => false }));
}

/** The subgraph as it is served: the types of {@link printSubgraph} and federation's own. */
export function createSchema({
  servesSdl,
  ...dependencies
}: SchemaDependencies & {
  /** Whether `_service` hands out the SDL, which tells no less than introspection does. */
  readonly servesSdl: boolean;
}): GraphQLSchema {
  const types = buildTypes(dependencies);
  const resolvers = createResolversMap(types) as Record<string, Record<string, unknown>>;
  const query = {
    ...resolvers.Query,
    _entities: resolveEntities,
    ...(!servesSdl && { _service: refuseSdl }),
  };
  return buildSubgraphSchema([
    { typeDefs: parse(printTypes(types)), resolvers: { ...resolvers, Query: query } as never },
  ]);
}

function refuseSdl(): never {
  throw new CodedError(
    'FORBIDDEN',
    'The SDL is not served here, as INTROSPECTION is off and no ROUTER_SECRET is asked for. It is in schema/schema.graphql.',
  );
}

function printTypes(types: GraphQLSchema): string {
  // The root types have their customary names, which a subgraph does not repeat.
  const sdl = printSchemaWithDirectives(types).replace(/^schema \{[^}]*\}\s*/, '');
  return `${LINK}\n\n${sdl}`;
}

function buildTypes({ resend, authChecker }: SchemaDependencies): GraphQLSchema {
  const instances = new Map<unknown, object>([
    [ResendDvEmailsResolver, new ResendDvEmailsResolver(resend)],
    [CertificateOrderResolver, new CertificateOrderResolver()],
    [CertificateOrderDomainResolver, new CertificateOrderDomainResolver()],
  ]);
  return buildSchemaSync({
    resolvers: [ResendDvEmailsResolver, CertificateOrderResolver, CertificateOrderDomainResolver],
    authChecker,
    container: { get: (type) => instances.get(type) },
    // Faults in the input are members of the result union, found by the domain.
    validate: false,
  });
}
