// The README's blocks of code, run as a newcomer would: in a fresh clone, with nothing else installed. `npm run
// test:newcomer`; it takes what `npm ci` takes. The block that runs the tests is what CI does anyway.
import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { findFreePort } from '../support/free-port';

const ROOT = join(__dirname, '..', '..');
const MINUTE_MS = 60_000;

const blocks = [
  ...readFileSync(join(ROOT, 'README.md'), 'utf8').matchAll(/^```(\w+)\n([^`]*)^```/gm),
].map(([, language = '', text = '']) => ({ language, text }));

const folder = mkdtempSync(join(tmpdir(), 'newcomer-'));
const clone = join(folder, 'clone');
const children: ReturnType<typeof spawn>[] = [];

beforeAll(() => {
  execFileSync('git', ['clone', '--quiet', ROOT, clone]);
});

afterEach(async () => {
  for (const child of children.splice(0)) {
    const closed = once(child, 'close');
    // The shell, npm and node are one group.
    process.kill(-(child.pid ?? 0), 'SIGTERM');
    await closed;
  }
});

afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** Runs a block that starts a gateway; resolves with its output once it says where it is. */
async function start(script: string, env: Readonly<Record<string, string>>): Promise<string> {
  const { PATH, HOME } = process.env;
  const child = spawn('bash', ['-ec', script], {
    cwd: clone,
    env: { PATH, HOME, ...env },
    detached: true,
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  children.push(child);
  let output = '';
  for await (const chunk of child.stdout) {
    output += chunk;
    if (output.includes('gateway.started')) {
      return output;
    }
  }
  throw new Error(`It ended, and said: ${output}`);
}

it('has the blocks of code that are run here, and no other', () => {
  expect(blocks.map(({ language, text }) => `${language} ${text.split('\n', 1)[0]}`)).toEqual([
    'sh npm ci && npm start',
    "sh curl http://127.0.0.1:4000/graphql -H 'content-type: application/json' -d '{",
    'text {"data":{"resendDvEmails":{"__typename":"ResendDvEmailsSuccess","acceptedAt":"2026-11-28T09:30:00.000Z"}}}',
    'sh npm ci && npm test',
    'sh DIGICERT_API_KEY_FILE=/run/secrets/digicert AUTH_ISSUER=https://login.example.com AUTH_AUDIENCE=dv-email-gateway \\',
  ]);
});

it(
  'starts, and gives the response that is shown',
  async () => {
    const [install, call, response] = blocks;
    const port = await findFreePort();
    await start(install?.text ?? '', { PORT: port });

    const curl = (call?.text ?? '').replace(':4000/', `:${port}/`);
    const output = execFileSync('bash', ['-ec', curl], { encoding: 'utf8' });

    const anyTime = (text = '') => text.replace(/\d{4}-\d\d-\d\dT[\d:.]+Z/, 'TIME').trim();
    expect(anyTime(output)).toBe(anyTime(response?.text));
  },
  6 * MINUTE_MS,
);

it(
  'starts with a key and an identity provider',
  async () => {
    const keyFile = join(folder, 'key');
    writeFileSync(keyFile, 'key\n');
    const script = (blocks.at(-1)?.text ?? '').replace('/run/secrets/digicert', keyFile);
    const output = await start(script, { PORT: await findFreePort() });
    expect(output).not.toContain('simulator');
  },
  2 * MINUTE_MS,
);

it(
  'stops when npm gets SIGTERM',
  async () => {
    const { PATH, HOME } = process.env;
    const child = spawn('npm', ['start'], {
      cwd: clone,
      env: { PATH, HOME, PORT: await findFreePort() },
      detached: true,
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    let output = '';
    child.stdout.on('data', (chunk) => {
      output += chunk;
    });
    while (!output.includes('gateway.started')) {
      await once(child.stdout, 'data');
    }
    // npm alone, as a supervisor does.
    child.kill('SIGTERM');
    await once(child.stdout, 'end');

    expect(output).toContain('gateway.stopped');
  },
  2 * MINUTE_MS,
);
