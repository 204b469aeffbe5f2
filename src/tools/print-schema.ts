// Writes schema/schema.graphql (`--check`: compares it); `--auth-directives` prints it for supergraphs that authorise.
import { printGatewaySchema } from '../graphql/schema';
import { addAuthDirectives } from './auth-directives';
import { writeGenerated } from './write-generated';

if (process.argv[2] === '--auth-directives') {
  process.stdout.write(addAuthDirectives(printGatewaySchema()));
} else {
  writeGenerated('schema.graphql', printGatewaySchema);
}
