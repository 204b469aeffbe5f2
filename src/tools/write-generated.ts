import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';

export const SCHEMA_FOLDER = join(__dirname, '..', '..', 'schema');

/** Writes a generated file, or with `--check` says whether the committed one is fresh. */
export function writeGenerated(name: string, print: () => string): void {
  const { values } = parseArgs({ options: { check: { type: 'boolean' } } });
  const path = join(SCHEMA_FOLDER, name);
  if (!values.check) {
    writeFileSync(path, print());
  } else if (!existsSync(path) || readFileSync(path, 'utf8') !== print()) {
    process.stderr.write(
      `schema/${name} is stale: run \`npm run generate\` and commit the result.\n`,
    );
    process.exitCode = 1;
  }
}
