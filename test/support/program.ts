// The built program as a process of its own.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { closeLater } from './close-later';
import { NO_LIMITS } from './no-limits';

const DIST = join(__dirname, '..', '..', 'dist');

export type Program = ReturnType<typeof runProgram>;

export function runProgram(
  args: readonly string[],
  env: Record<string, string> = {},
  script = 'main.js',
) {
  return runNode([join(DIST, script), ...args], process.cwd(), env);
}

/** Node with these arguments. */
export function runNode(args: readonly string[], cwd: string, env: Record<string, string> = {}) {
  const child = spawn(process.execPath, args, {
    cwd,
    env: { PATH: process.env.PATH ?? '', ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  closeLater(() => child.kill('SIGKILL'));
  let stdout = '';
  let stderr = '';
  child.stdout.setEncoding('utf8').on('data', (chunk) => {
    stdout += chunk;
  });
  child.stderr.setEncoding('utf8').on('data', (chunk) => {
    stderr += chunk;
  });
  // Not `exit`: what was printed last may be read after that.
  const closed = once(child, 'close') as Promise<[code: number | null, signal: string | null]>;
  return Object.assign(child, { closed, printed: () => ({ stdout, stderr }) });
}

export async function runToEnd(
  args: readonly string[],
  env?: Record<string, string>,
  script?: string,
) {
  const program = runProgram(args, env, script);
  const [code] = await program.closed;
  return { code, ...program.printed() };
}

/** Resolves with the first line of output that matches. */
export async function waitForLine(program: Program, pattern: RegExp): Promise<string> {
  for (;;) {
    // What comes after the last line break is half a line.
    const lines = program.printed().stdout.split('\n').slice(0, -1);
    const line = lines.find((candidate) => pattern.test(candidate));
    if (line !== undefined) {
      return line;
    }
    const ended = await Promise.race([
      once(program.stdout, 'data').then(() => false),
      program.closed.then(() => true),
    ]);
    if (ended) {
      throw new Error(`The process ended without printing ${pattern}.`);
    }
  }
}

/** All log events so far. */
export function loggedEvents(program: Program): readonly Record<string, unknown>[] {
  const lines = program.printed().stdout.split('\n').slice(0, -1);
  return lines.map((line) => JSON.parse(line) as Record<string, unknown>);
}

/** A gateway with the simulator behind it and no limits but those asked for; resolves once it listens. */
export async function startGateway(env: Record<string, string> = {}) {
  const program = runProgram([], { PORT: '0', ...NO_LIMITS, ...env });
  const { url, metricsUrl } = JSON.parse(await waitForLine(program, /gateway\.started/)) as {
    url: string;
    metricsUrl?: string;
  };
  return { program, url, metricsUrl };
}
