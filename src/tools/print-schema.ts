// Writes schema/schema.graphql and schema/client.graphql (`--check`: compares them); `--auth-directives` prints it for supergraphs that authorise.
import { printClientSchema, printGatewaySchema } from '../graphql/schema';
import { addAuthDirectives } from './auth-directives';
import { writeGenerated } from './write-generated';

if (process.argv[2] === '--auth-directives') {
  process.stdout.write(addAuthDirectives(printGatewaySchema()));
} else {
  writeGenerated('schema.graphql', printGatewaySchema);
  writeGenerated('client.graphql', printClientSchema);
}
