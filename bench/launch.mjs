// Starts the programs that are measured, and ends them with this one.
import { spawn } from 'node:child_process';
import { dirname, join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

const MAIN = join(dirname(fileURLToPath(import.meta.url)), '..', 'dist', 'main.js');

const children = [];
process.on('exit', () => {
  for (const child of children) {
    child.kill('SIGKILL');
  }
});

/** Starts a program; resolves with it and the first line of its output that matches. */
export function launch(command, args, { env = {}, pattern, onLine = () => {}, ipc = false }) {
  const child = spawn(command, args, {
    env: { PATH: process.env.PATH, ...env },
    stdio: ['ignore', 'pipe', 'inherit', ...(ipc ? ['ipc'] : [])],
  });
  children.push(child);
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

/** No limits but those that are asked for. */
const NO_LIMITS = {
  DIGICERT_QUOTA: 'off',
  CALLER_QUOTA: 'off',
  RESEND_COOLDOWN_SECONDS: '0',
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

/** The value of one series of a gateway's metrics. */
export async function readMetric(metricsUrl, name) {
  const text = await (await fetch(metricsUrl)).text();
  const line = text.split('\n').find((candidate) => candidate.startsWith(`${name} `));
  return Number(line?.slice(name.length));
}
