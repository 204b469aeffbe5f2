// Apollo's standalone server with its defaults, around a type-graphql schema of the same classes as the gateway's.
import { createRequire } from 'node:module';
import { resend } from './resend.mjs';

// Everything from where the gateway has it: graphql must be there once.
const require = createRequire(new URL('../../dist/main.js', import.meta.url));
require('reflect-metadata');
const { ApolloServer } = require('@apollo/server');
const { startStandaloneServer } = require('@apollo/server/standalone');
const { Args, Mutation, Resolver, buildSchema } = require('type-graphql');
const { ResendDvEmailsArgs } = require('./graphql/resend-dv-emails/input.js');
const { ResendDvEmailsResult } = require('./graphql/resend-dv-emails/result.js');

class PlainResolver {
  resendDvEmails({ orderId, input }) {
    return resend(orderId, input);
  }
}
Resolver()(PlainResolver);
const descriptor = Object.getOwnPropertyDescriptor(PlainResolver.prototype, 'resendDvEmails');
Args(() => ResendDvEmailsArgs)(PlainResolver.prototype, 'resendDvEmails', 0);
Mutation(() => ResendDvEmailsResult, { nullable: true })(
  PlainResolver.prototype,
  'resendDvEmails',
  descriptor,
);

const { CertificateOrderResolver } = require('./graphql/certificate-order/resolver.js');
const schema = await buildSchema({
  resolvers: [PlainResolver, CertificateOrderResolver],
  authChecker: () => true,
  validate: false,
});
// The gateway leaves this to graphql-js, so its union has no function for it that type-graphql could take.
schema.getType('ResendDvEmailsResult').resolveType = ({ __typename }) => __typename;
const server = new ApolloServer({ schema });
const { url } = await startStandaloneServer(server, { listen: { host: '127.0.0.1', port: 0 } });
console.log(`listening at ${url}`);
