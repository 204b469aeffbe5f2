// Mercurius with its defaults; `--jit 1` compiles a document at its second use.
import { parseArgs } from 'node:util';
import Fastify from 'fastify';
import mercurius from 'mercurius';
import { resolvers, typeDefs } from './schema.mjs';

const { values } = parseArgs({ options: { jit: { type: 'string', default: '0' } } });
const server = Fastify();
server.register(mercurius, { schema: typeDefs, resolvers, jit: Number(values.jit) });
const address = await server.listen({ host: '127.0.0.1', port: 0 });
console.log(`listening at ${address}/graphql`);
