// Hive Gateway with its defaults, around DigiCert's OpenAPI description: no resolver has to be written.
// The supergraph is passed as text, not in a temporary folder: the bench ends its programs with
// SIGKILL, which would leave one behind.
import { createServer } from 'node:http';
import { createGatewayRuntime } from '@graphql-hive/gateway';
import { compose } from './compose.mjs';

const gateway = createGatewayRuntime({ supergraph: await compose() });
// As its CLI does: the supergraph is loaded before the first request.
await gateway.getSchema();
const server = createServer(gateway);
// The gateway catches SIGTERM; the process ends only when the server is closed too.
gateway.disposableStack.defer(() => {
  server.close();
  server.closeAllConnections();
});
server.listen(0, '127.0.0.1', () =>
  console.log(`listening at http://127.0.0.1:${server.address().port}${gateway.graphqlEndpoint}`),
);
