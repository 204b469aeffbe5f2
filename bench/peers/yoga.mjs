// graphql-yoga with its defaults.
import { createServer } from 'node:http';
import { createSchema, createYoga } from 'graphql-yoga';
import { resolvers, typeDefs } from './schema.mjs';

const yoga = createYoga({ schema: createSchema({ typeDefs, resolvers }) });
const server = createServer(yoga);
server.listen(0, '127.0.0.1', () =>
  console.log(`listening at http://127.0.0.1:${server.address().port}/graphql`),
);
