// Runs the findings one after the other and says which passed: `npm run findings -- redis` those with "redis" in their names.
import { spawnSync } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';

/** Installing and running one takes up to a minute. */
const TIMEOUT_MS = 300_000;

const words = process.argv.slice(2);
const scripts = readdirSync(import.meta.dirname)
  .filter((file) => file.endsWith('.sh'))
  .filter((file) => words.length === 0 || words.some((word) => file.includes(word)))
  .sort();
// npm passes this project's .npmrc to what it runs; the packages of a finding may ask for a newer Node than they need.
const { npm_config_engine_strict: _strict, ...env } = process.env;
let passed = 0;
for (const script of scripts) {
  const { status, stdout, stderr } = spawnSync('bash', [join(import.meta.dirname, script)], {
    encoding: 'utf8',
    env,
    timeout: TIMEOUT_MS,
  });
  if (status === 0) {
    passed += 1;
    console.log(`passed  ${script}`);
  } else {
    console.log(`FAILED  ${script} (exit code ${status ?? 'none'})\n${stdout}${stderr}`);
  }
}
console.log(`${passed} of ${scripts.length} findings passed`);
process.exitCode = scripts.length > 0 && passed === scripts.length ? 0 : 1;
