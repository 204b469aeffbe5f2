// The built program as a process of its own.
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { text } from 'node:stream/consumers';

import { NO_LIMITS } from './no-limits';

const MAIN = join(__dirname, '..', '..', 'dist', 'main.js');

const children: ChildProcess[] = [];

afterEach(() => {
  for (const child of children.splice(0)) {
    child.kill('SIGKILL');
  }
});

export type Program = ReturnType<typeof runProgram>;

export function runProgram(args: readonly string[], env: Record<string, string> = {}) {
  const child = spawn(process.execPath, [MAIN, ...args], {
    env: { PATH: process.env.PATH ?? '', ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  children.push(child);
  return child;
}

export async function runToEnd(args: readonly string[], env?: Record<string, string>) {
  const child = runProgram(args, env);
  const [stdout, stderr] = await Promise.all([
    text(child.stdout),
    text(child.stderr),
    once(child, 'close'),
  ]);
  return { code: child.exitCode, stdout, stderr };
}

/** Resolves with the first line of output that matches; what comes after it is let go. */
export async function waitForLine({ stdout }: Program, pattern: RegExp): Promise<string> {
  for await (const line of createInterface({ input: stdout })) {
    if (pattern.test(line)) {
      stdout.resume();
      return line;
    }
  }
  throw new Error(`The process ended without printing ${pattern}.`);
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
