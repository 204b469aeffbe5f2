// The examples in deploy/, read as those who use them would.
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parse } from 'yaml';
import { VARIABLES } from '../../src/settings/environment-variables';
import { parseSettings, type Settings } from '../../src/settings/settings';

export const ROOT = join(__dirname, '..', '..');
export const DEPLOY = join(ROOT, 'deploy');
export const KUBERNETES = join(DEPLOY, 'kubernetes');

/** Variables of Node's own that a gateway may be given. */
const NODE_VARIABLES = ['NODE_EXTRA_CA_CERTS', 'NODE_OPTIONS', 'TZ'];

/**
 * Milliseconds that stopping takes beyond its two settings: one second for the last answers (app.ts), one for
 * Redis (redis-store.ts), two for the last spans (tracing.ts).
 */
const CLOSE_MARGIN_MS = 4_000;

/** Milliseconds for a response to be written, beyond the time that it may take (app.ts). */
const RESPONSE_MARGIN_MS = 1_000;

export type Environment = Readonly<Record<string, string>>;

export const folder = mkdtempSync(join(tmpdir(), 'deploy-'));
afterAll(() => rmSync(folder, { recursive: true }));

export const read = (...path: string[]) => readFileSync(join(DEPLOY, ...path), 'utf8');

/** Throws on a key that is there twice; `merge` knows `<<`, which Docker Compose takes and JSON schemas do not. */
export const readYaml = (...path: string[]) => parse(read(...path), { merge: true, strict: true });

/** Secrets as the script makes them. */
export function makeSecrets(name: string, environment: Environment = {}): string {
  const secrets = join(folder, name);
  execFileSync('sh', [join(DEPLOY, 'make-secrets.sh'), secrets], {
    env: { PATH: process.env.PATH, ...environment },
  });
  return secrets;
}

/** The environment with its secret files found where the script has put them, under the same names. */
export function parseWithSecrets(
  environment: Environment,
  mountPath: string,
  secrets: string,
): Settings {
  const parsed = parseSettings(
    Object.fromEntries(
      Object.entries(environment).map(([name, value]) => [
        name,
        name.endsWith('_FILE') ? value.replace(mountPath, secrets) : value,
      ]),
    ),
  );
  if (!parsed.ok) {
    throw new Error(parsed.problems.join('\n'));
  }
  return parsed.settings;
}

/** Seconds from SIGTERM to the end, at most. */
export function toStopSeconds({ shutdown }: Settings): number {
  return (shutdown.delayMs + shutdown.timeoutMs + CLOSE_MARGIN_MS) / 1_000;
}

/** Seconds for a response, at most: the fields of a mutation and as many reads, one after another. */
export function toResponseSeconds({ maxMutationFields, digicertTimeoutMs }: Settings): number {
  return (2 * maxMutationFields * digicertTimeoutMs + RESPONSE_MARGIN_MS) / 1_000;
}

export function expectKnown(environment: Environment): void {
  expect([...Object.keys(VARIABLES), ...NODE_VARIABLES]).toEqual(
    expect.arrayContaining(Object.keys(environment)),
  );
}

/** A repository, and a version of two numbers at least. */
export const PINNED = /^[\w./-]+:\d+\.\d+(?:\.\d+)?(?:-[a-z]+)?$/;
