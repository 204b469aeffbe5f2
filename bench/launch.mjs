// Starts the programs that are measured, and ends them with this one.
import { spawn } from 'node:child_process';
import { openSync } from 'node:fs';
import { createServer } from 'node:net';
import { dirname, join } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { onProcessor } from './machine.mjs';

const HERE = dirname(fileURLToPath(import.meta.url));

export const MAIN = join(HERE, '..', 'dist', 'main.js');

/** How the image and `npm start` start it. */
const FLAGS = ['--max-semi-space-size=32', '--initial-old-space-size=128'];

/** Makes a Node program answer {@link ask}. */
export const PROBE = ['--expose-gc', '--require', join(HERE, 'probe.cjs')];

const children = new Set();
process.on('exit', () => {
  for (const child of children) {
    child.kill('SIGKILL');
  }
});

/** Starts a program; `stdout` is a pipe, or the file it goes to. */
function start(command, args, { env = {}, ipc = false, stdout = 'pipe' }) {
  const child = spawn(command, args, {
    env: { PATH: process.env.PATH, ...env },
    stdio: ['ignore', stdout, 'inherit', ...(ipc ? ['ipc'] : [])],
  });
  children.add(child);
  child.once('exit', () => children.delete(child));
  return child;
}

/** Starts a program; resolves with it and the first line of its output that matches. */
export function launch(command, args, { pattern, onLine = () => {}, ...options }) {
  const child = start(command, args, options);
  return new Promise((resolve, reject) => {
    child.once('exit', (code) => reject(new Error(`${command} ended with ${code}.`)));
    createInterface({ input: child.stdout }).on('line', (line) => {
      onLine(line);
      if (pattern.test(line)) {
        resolve({ child, line });
      }
    });
  });
}

/** No limits but those that are requested, and nothing remembered. */
export const NO_LIMITS = {
  DIGICERT_QUOTA: 'off',
  CALLER_QUOTA: 'off',
  RESEND_COOLDOWN_SECONDS: '0',
  LAST_RESEND_DAYS: '0',
};

/** The built gateway on a free port; resolves once it listens. */
export async function launchGateway(env, { args = [], onLine, ipc } = {}) {
  const { child, line } = await launch(process.execPath, [...args, MAIN], {
    env: { PORT: '0', ...NO_LIMITS, ...env },
    pattern: /gateway\.started/,
    onLine,
    ipc,
  });
  const { url, metricsUrl } = JSON.parse(line);
  return { child, url, metricsUrl };
}

/** The built gateway on the measured processor, its log in a file; resolves at once, and it may not listen yet. */
export async function launchPinnedGateway(
  env,
  { main = MAIN, args = PROBE, flags = main === MAIN ? FLAGS : [], logFile = '/dev/null' } = {},
) {
  const port = await findPort();
  const { command, args: all } = onProcessor(process.execPath, [...flags, ...args, main]);
  const child = start(command, all, {
    env: { ...env, PORT: String(port) },
    ipc: true,
    stdout: openSync(logFile, 'w'),
  });
  const origin = `http://127.0.0.1:${port}`;
  return { child, url: `${origin}/graphql`, readyUrl: `${origin}/readyz` };
}

export async function waitUntilReady(url) {
  for (;;) {
    const response = await fetch(url).catch(() => undefined);
    if (response?.ok) {
      return;
    }
    await sleep(20);
  }
}

/** A peer on the measured processor; resolves once it listens. */
export async function launchPeer(name, args, env) {
  const { command, args: all } = onProcessor(process.execPath, [
    ...PROBE,
    join(HERE, 'peers', name),
    ...args,
  ]);
  const { child, line } = await launch(command, all, { env, ipc: true, pattern: /listening at / });
  return { child, url: /listening at (\S+)/.exec(line)[1] };
}

/** Asks a program that was started with {@link PROBE}: `usage` or `heap`. */
export function ask(child, question) {
  return new Promise((resolve) => {
    child.once('message', resolve);
    child.send(question);
  });
}

/** Ends a program that is not needed any more. */
export async function end(child) {
  const gone = new Promise((resolve) => {
    child.once('exit', resolve);
  });
  child.kill('SIGKILL');
  await gone;
}

export async function findPort() {
  const server = createServer();
  await new Promise((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
  const { port } = server.address();
  await new Promise((resolve) => {
    server.close(resolve);
  });
  return port;
}

/** The value of one series of a gateway's metrics. */
export async function readMetric(metricsUrl, name) {
  const text = await (await fetch(metricsUrl)).text();
  const line = text.split('\n').find((candidate) => candidate.startsWith(`${name} `));
  return Number(line?.slice(name.length));
}
