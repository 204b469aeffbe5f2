// A folder as a team would have it: the client package installed, each library's file, and what its generator makes
// of the package's schema.
import { execFile, execFileSync, spawn } from 'node:child_process';
import { cpSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { promisify } from 'node:util';
import { transformAsync } from '@babel/core';
import { build, type Plugin } from 'esbuild';
import type { Call } from './libraries/run';

const ROOT = join(__dirname, '..', '..');
const LIBRARIES = join(__dirname, 'libraries');
const BINARIES = join(__dirname, 'node_modules', '.bin');
const PACKAGE = 'dv-email-gateway-client';
export const SCHEMA = `node_modules/${PACKAGE}/client.graphql`;

/** Ignored by Git, and below this folder, so that the libraries are found. */
export const BUILD = join(__dirname, 'build');

/** Each takes the schema of the package as it is. */
export const GENERATORS: Readonly<Record<string, readonly string[]>> = {
  'relay-compiler': ['relay.config.json'],
  'graphql-codegen': ['--config', 'codegen.yml'],
  'gql.tada': ['generate-output'],
  genql: ['--schema', SCHEMA, '--output', 'genql-client'],
  // The schema's path is read from graphql-zeus.json: the command requires one, and does not read it.
  zeus: [SCHEMA, '--es'],
};

export interface Workspace {
  readonly folder: string;
  /** What a generator, or the compiler, says against a file, by generator or file; all is well where it is empty. */
  readonly complaints: Readonly<Record<string, string>>;
}

/** The file that `npm pack` makes of the built package. */
export function packClient(): string {
  mkdirSync(BUILD, { recursive: true });
  const args = ['pack', join(ROOT, 'dist', 'client'), '--json', '--pack-destination', BUILD];
  const [{ filename }] = JSON.parse(execFileSync('npm', args, { encoding: 'utf8' }));
  return join(BUILD, filename);
}

/** `edit` changes the libraries' files, `editPackage` those of the package, before anything is made of them. */
export async function createWorkspace(
  name: string,
  { edit = same, editPackage = same }: Readonly<Record<string, Edit>> = {},
): Promise<Workspace> {
  const folder = join(BUILD, name);
  rmSync(folder, { recursive: true, force: true });
  cpSync(LIBRARIES, folder, { recursive: true });
  rewrite(folder, edit);
  const installed = join(folder, 'node_modules', PACKAGE);
  mkdirSync(installed, { recursive: true });
  execFileSync('tar', ['-xzf', packClient(), '-C', installed, '--strip-components=1']);
  rewrite(installed, editPackage);

  const complaints: Record<string, string> = {};
  const runAll = Object.entries(GENERATORS).map(async ([command, args]) => {
    const complaint = await complain(join(BINARIES, command), args, folder);
    if (complaint !== '') {
      complaints[command] = complaint;
    }
  });
  await Promise.all(runAll);
  const tsc = join(ROOT, 'node_modules', '.bin', 'tsc');
  const compiled = await complain(tsc, ['--project', '.', '--pretty', 'false'], folder);
  for (const line of compiled.split('\n')) {
    const [file] = /^[\w.-]+\.tsx?(?=\()/.exec(line) ?? [];
    if (file) {
      complaints[file] = `${complaints[file] ?? ''}${line}\n`;
    }
  }
  return { folder, complaints };
}

type Edit = (source: string) => string;
const same: Edit = (source) => source;

function rewrite(folder: string, edit: Edit): void {
  for (const entry of readdirSync(folder, { withFileTypes: true, recursive: true })) {
    if (entry.isFile()) {
      const path = join(entry.parentPath, entry.name);
      writeFileSync(path, edit(readFileSync(path, 'utf8')));
    }
  }
}

/** What a command that fails prints. */
async function complain(command: string, args: readonly string[], cwd: string): Promise<string> {
  try {
    const running = promisify(execFile)(command, args, { cwd });
    // Zeus would wait for one more answer for ever.
    running.child.stdin?.end();
    await running;
    return '';
  } catch (error) {
    const { stdout = '', stderr = '' } = Object(error);
    return stdout + stderr || String(error);
  }
}

/** Relay's `graphql` is compiled to an import of what relay-compiler has made. */
const relay: Plugin = {
  name: 'relay',
  setup: ({ onLoad }) => {
    onLoad({ filter: /[/\\]relay\.ts$/ }, async ({ path }) => {
      const result = await transformAsync(readFileSync(path, 'utf8'), {
        filename: path,
        babelrc: false,
        configFile: false,
        parserOpts: { plugins: ['typescript'] },
        plugins: [[require.resolve('babel-plugin-relay'), { eagerEsModules: true }]],
      });
      return { contents: result?.code ?? '', loader: 'ts' };
    });
  },
};

/** Bundles libraries, as a page would be, into programs for Node. */
export async function bundle({ folder }: Workspace, names: readonly string[]): Promise<void> {
  for (const name of names) {
    writeFileSync(
      join(folder, `${name}.main.ts`),
      `import { library } from './${name}';\nimport { run } from './run';\nvoid run(library);\n`,
    );
  }
  await build({
    entryPoints: names.map((name) => join(folder, `${name}.main.ts`)),
    outdir: join(folder, 'bundled'),
    bundle: true,
    platform: 'node',
    loader: { '.graphql': 'text' },
    plugins: [relay],
    logLevel: 'error',
  });
}

export interface Said {
  readonly said: readonly string[];
  readonly features: readonly string[];
}

/** Runs a program that reads calls from stdin and prints what was said. */
export async function runCalls(command: readonly string[], calls: readonly Call[]): Promise<Said> {
  const [program = '', ...args] = command;
  const child = spawn(program, args, { stdio: ['pipe', 'pipe', 'pipe'] });
  child.stdin.end(JSON.stringify(calls));
  const [stdout, stderr] = await Promise.all([text(child.stdout), text(child.stderr)]);
  try {
    return JSON.parse(stdout) as Said;
  } catch (cause) {
    throw new Error(`${command.join(' ')} failed: ${stderr}`, { cause });
  }
}
