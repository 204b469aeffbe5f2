// The example clients as processes of their own, each where its language is installed.
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { describeWhere } from '../../support/describe-where';

const ROOT = join(__dirname, '..', '..', '..');
export const CLIENTS_FOLDER = join(ROOT, 'docs', 'examples', 'clients');

export interface ExampleClient {
  readonly name: string;
  /** A file, or the folder of a Go program. */
  readonly source: string;
  /** `describe`, where the client can be run. CI sets REQUIRE_CLIENTS, so that nothing is skipped there. */
  readonly describe: jest.Describe;
  run(args: readonly string[], env?: Readonly<Record<string, string>>): Promise<ClientRun>;
}

export interface ClientRun {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

const GO_SOURCE = 'go';

/** Go writes here and to its cache, and to the network and the home folder nothing. */
const goFolder = mkdtempSync(join(tmpdir(), 'go-'));
const goProgram = join(goFolder, 'resend');
const GO_ENV = {
  PATH: process.env.PATH ?? '',
  // Kept from run to run: `go vet` spends its time on the standard library.
  GOCACHE: join(ROOT, 'node_modules', '.cache', 'go'),
  GOPATH: join(goFolder, 'path'),
  GOPROXY: 'off',
  GOTOOLCHAIN: 'local',
};

afterAll(() => {
  rmSync(goFolder, { recursive: true, force: true });
});

/** What a Go command says; it says nothing where it has nothing to complain of. */
export function runGo(command: string, ...args: readonly string[]): string {
  const { stdout, stderr } = spawnSync(command, args, {
    cwd: join(CLIENTS_FOLDER, GO_SOURCE),
    env: GO_ENV,
    encoding: 'utf8',
  });
  return stdout + stderr;
}

export const buildGoClient = () => runGo('go', 'build', '-o', goProgram);

export const CLIENTS: readonly ExampleClient[] = [
  createClient('cURL', 'resend.sh', [
    ['curl', '--version'],
    ['jq', '--version'],
  ]),
  createClient('Python', 'resend.py', [
    ['python3', '-c', 'import sys; sys.exit(sys.version_info < (3, 10))'],
  ]),
  createClient('Go', GO_SOURCE, [['go', 'version']], goProgram),
  createClient('Node', 'resend.mjs', []),
];

function createClient(
  name: string,
  source: string,
  needs: readonly (readonly string[])[],
  program = join(CLIENTS_FOLDER, source),
): ExampleClient {
  return {
    name,
    source,
    describe: chooseDescribe(name, needs),
    run: async (args, env = {}) => {
      const child = spawn(program, args, {
        env: { PATH: process.env.PATH ?? '', HOME: process.env.HOME ?? '', ...env },
        stdio: ['ignore', 'pipe', 'pipe'],
      });
      const [stdout, stderr] = await Promise.all([
        text(child.stdout),
        text(child.stderr),
        once(child, 'close'),
      ]);
      return { code: child.exitCode, stdout, stderr };
    },
  };
}

function chooseDescribe(name: string, needs: readonly (readonly string[])[]): jest.Describe {
  const missing = needs.find(([command = '', ...args]) => spawnSync(command, args).status !== 0);
  const reason = missing && `${missing[0]} is not installed, or too old`;
  return describeWhere(`of the ${name} client`, reason, 'REQUIRE_CLIENTS');
}
