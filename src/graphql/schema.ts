// Where the schema is put together, code first.
import 'reflect-metadata';
import type { GraphQLSchema } from 'graphql';
import { buildSchemaSync } from 'type-graphql';
import { ResendDvEmailsResolver, type ResendForCaller } from './resend-dv-emails/resolver';

export interface SchemaDependencies {
  readonly resend: ResendForCaller;
  /** Of the gateway, e.g. `1.2.3`. */
  readonly version: string;
}

export function createSchema({ resend, version }: SchemaDependencies): GraphQLSchema {
  const resolver = new ResendDvEmailsResolver(resend, version);
  return buildSchemaSync({
    resolvers: [ResendDvEmailsResolver],
    container: { get: () => resolver },
    // Faults in the input are members of the result union, found by the domain.
    validate: false,
  });
}
