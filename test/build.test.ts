// A build that takes the place of dist/ is seen whole or not at all, also by a gateway that is being started.
import { execFileSync } from 'node:child_process';
import {
  appendFileSync,
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { closeLater } from './support/close-later';
import { runNode } from './support/program';

const ROOT = join(__dirname, '..');

/** A checkout of its own, with these files in it. */
function checkOut(...names: readonly string[]): string {
  const folder = mkdtempSync(join(tmpdir(), 'build-'));
  closeLater(() => rmSync(folder, { recursive: true }));
  for (const name of ['package.json', ...names]) {
    cpSync(join(ROOT, name), join(folder, name), { recursive: true });
  }
  for (const name of ['node_modules', '.tools']) {
    symlinkSync(join(ROOT, name), join(folder, name));
  }
  return folder;
}

describe('npm run build', () => {
  it('replaces dist/ as a whole, or leaves one that is the same', () => {
    const folder = checkOut('tsconfig.json', 'src', 'schema');
    const dist = join(folder, 'dist');
    mkdirSync(dist);
    writeFileSync(join(dist, 'supergraph.graphql'), '# composed');
    writeFileSync(join(dist, 'removed.js'), '');
    const build = () => {
      execFileSync('npm', ['run', '--silent', 'build'], { cwd: folder });
      return statSync(dist).ino;
    };

    const first = build();
    expect(existsSync(join(dist, 'removed.js'))).toBe(false);
    expect(readFileSync(join(dist, 'supergraph.graphql'), 'utf8')).toBe('# composed');
    expect(existsSync(join(dist, 'client/esm/operations.js'))).toBe(true);
    expect(readdirSync(join(dist, 'explorer/assets'))).not.toEqual([]);
    expect(build()).toBe(first);
    appendFileSync(join(folder, 'src/main.ts'), 'process.exitCode ??= 0;\n');
    expect(build()).not.toBe(first);
    expect(readFileSync(join(dist, 'main.js'), 'utf8')).toContain('process.exitCode ??= 0;');
    expect(readdirSync(folder).sort()).toEqual([
      '.tools',
      'dist',
      'node_modules',
      'package.json',
      'schema',
      'src',
      'tsconfig.json',
    ]);
  }, 120_000);
});

/** Runs in the gateway that is started: puts a copy in the place of dist/ when a module is about to be loaded. */
const REPLACE = `
const { cpSync, renameSync } = require('node:fs');
const Module = require('node:module');
const load = Module._load;
Module._load = function (request, ...rest) {
  if (request.endsWith(process.env.REPLACE_BEFORE)) {
    Module._load = load;
    cpSync('dist', 'next', { recursive: true });
    renameSync('dist', 'replaced');
    renameSync('next', 'dist');
  }
  return load.call(this, request, ...rest);
};
`;

describe('a gateway that is being started while dist/ is replaced', () => {
  it.each(['./app', './upstream', './simulator/simulator'])(
    'does not start: before %s is loaded',
    async (module) => {
      const folder = checkOut('dist');
      writeFileSync(join(folder, 'replace.js'), REPLACE);

      const program = runNode(['--require', './replace.js', 'dist/main.js'], folder, {
        PORT: '0',
        REPLACE_BEFORE: module,
      });
      const [code] = await program.closed;

      expect({ code, stderr: program.printed().stderr }).toEqual({
        code: 1,
        stderr: 'Not started: another build took the place of dist/ meanwhile. Start again.\n',
      });
    },
  );
});
