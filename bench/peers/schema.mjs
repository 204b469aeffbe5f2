// The gateway's schema for peers that take it as text, without what only a federated graph needs.
import { readFileSync } from 'node:fs';
import { resend } from './resend.mjs';

export const typeDefs = readFileSync(
  new URL('../../schema/schema.graphql', import.meta.url),
  'utf8',
)
  .replace(/^extend schema .*$/m, '')
  .replace(/ @(?:key|tag)\([^)]*\)/g, '');

export const resolvers = {
  Mutation: { resendDvEmails: (_, { orderId, input }) => resend(orderId, input) },
};
