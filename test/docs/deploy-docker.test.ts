// The Dockerfile is read as Docker would.
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { ROOT, read } from '../support/deploy';
import { startGateway } from '../support/program';

interface Instruction {
  readonly name: string;
  readonly text: string;
}

function readDockerfile(): Instruction[] {
  return read('Dockerfile')
    .replace(/^#.*\n/gm, '')
    .replace(/\\\n\s*/g, '')
    .split('\n')
    .filter((line) => line.trim() !== '')
    .map((line) => {
      const [name = '', ...rest] = line.split(' ');
      return { name, text: rest.join(' ') };
    });
}

describe('the Dockerfile', () => {
  const instructions = readDockerfile();
  const textsOf = (name: string, among = instructions) =>
    among.filter((instruction) => instruction.name === name).map(({ text }) => text);
  const lastFrom = instructions.map(({ name }) => name).lastIndexOf('FROM');
  const last = instructions.slice(lastFrom);

  it('builds with everything and runs with production dependencies alone', () => {
    expect(textsOf('ARG')).toEqual([expect.stringMatching(/^NODE_VERSION=26\.\d+\.\d+$/)]);
    expect(textsOf('FROM')).toEqual([
      `node:\${NODE_VERSION}-slim AS build`,
      `node:\${NODE_VERSION}-slim AS dependencies`,
      `node:\${NODE_VERSION}-slim AS gateway`,
    ]);
    expect(textsOf('RUN')).toEqual([
      expect.stringMatching(/^npm ci(?!.*--omit)/),
      'npm run build',
      expect.stringMatching(/^npm ci --omit=dev/),
    ]);
    expect(textsOf('RUN', last)).toEqual([]);
    expect(textsOf('COPY', last)).toEqual([
      'package.json ./',
      '--from=dependencies /app/node_modules ./node_modules',
      '--from=build /app/dist ./dist',
      'schema/persisted-documents.json ./schema/',
    ]);
  });

  it('runs as a user without write access, for production, without a shell', () => {
    expect(textsOf('USER', last)).toEqual(['1000:1000']);
    expect(textsOf('ENV', last)).toEqual(['NODE_ENV=production HOST=::']);
    expect(textsOf('EXPOSE', last)).toEqual(['4000 9464']);
    expect(textsOf('ENTRYPOINT', last)).toEqual([]);
    expect(textsOf('CMD', last).map((text) => JSON.parse(text))).toEqual([
      ['node', '--max-semi-space-size=32', '--initial-old-space-size=128', 'dist/main.js'],
    ]);
  });

  it('lets nothing into the build but what it copies', () => {
    const [first, ...allowed] = read('Dockerfile.dockerignore')
      .split('\n')
      .filter((line) => line !== '' && !line.startsWith('#'));
    expect(first).toBe('*');
    const copied = textsOf('COPY')
      .filter((text) => !text.startsWith('--from'))
      .flatMap((text) => text.split(' ').slice(0, -1));
    expect(allowed.map((line) => line.replace(/^!/, '')).sort()).toEqual(
      [...new Set(copied)].sort(),
    );
    for (const path of copied) {
      expect([path, existsSync(join(ROOT, path))]).toEqual([path, true]);
    }
  });

  it('finds out whether a gateway lives', async () => {
    const [healthcheck = ''] = textsOf('HEALTHCHECK', last);
    const [, ...args] = JSON.parse(healthcheck.slice(healthcheck.indexOf('['))) as string[];
    const check = (port: string) =>
      spawnSync(process.execPath, args, { env: { PORT: port } }).status;
    const { url, program } = await startGateway();
    const { port } = new URL(url);

    expect(check(port)).toBe(0);

    program.kill('SIGKILL');
    expect(check('1')).toBe(1);
  });
});
