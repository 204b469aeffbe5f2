// Writes schema/schema.graphql and schema/client.graphql (`--check`: compares them); `--auth-directives` prints it for supergraphs that authorise.
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { printClientSchema, printGatewaySchema } from '../graphql/schema';
import { addAuthDirectives } from './auth-directives';

const FOLDER = join(__dirname, '..', '..', 'schema');

const { values } = parseArgs({
  options: { check: { type: 'boolean' }, 'auth-directives': { type: 'boolean' } },
});

function write(name: string, text: string): void {
  const path = join(FOLDER, name);
  if (!values.check) {
    writeFileSync(path, text);
  } else if (!existsSync(path) || readFileSync(path, 'utf8') !== text) {
    process.stderr.write(
      `schema/${name} is stale: run \`npm run generate\` and commit the result.\n`,
    );
    process.exitCode = 1;
  }
}

if (values['auth-directives']) {
  process.stdout.write(addAuthDirectives(printGatewaySchema()));
} else {
  write('schema.graphql', printGatewaySchema());
  write('client.graphql', printClientSchema());
}
