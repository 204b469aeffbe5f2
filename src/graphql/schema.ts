// Where the schema is put together, code first.
import 'reflect-metadata';
import type { GraphQLSchema } from 'graphql';
import { buildSchemaSync } from 'type-graphql';
import type { ResendForCaller } from '../domain/resend';
import { GatewayVersionResolver } from './gateway-version';
import { ResendDvEmailsResolver } from './resend-dv-emails/resolver';

export interface SchemaDependencies {
  readonly resend: ResendForCaller;
  /** Of the gateway, e.g. `1.2.3`. */
  readonly version: string;
}

export function createSchema({ resend, version }: SchemaDependencies): GraphQLSchema {
  const resolvers = new Map<unknown, object>([
    [ResendDvEmailsResolver, new ResendDvEmailsResolver(resend)],
    [GatewayVersionResolver, new GatewayVersionResolver(version)],
  ]);
  return buildSchemaSync({
    resolvers: [ResendDvEmailsResolver, GatewayVersionResolver],
    container: { get: (type) => resolvers.get(type) },
    // Faults in the input are members of the result union, found by the domain.
    validate: false,
  });
}
