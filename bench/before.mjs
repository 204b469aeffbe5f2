// The build of the first round, beside which today's is measured.
import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, renameSync, rmSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const COMMIT = '2857b04';

const ROOT = fileURLToPath(new URL('..', import.meta.url));
const CACHE = fileURLToPath(new URL('node_modules/.cache/', import.meta.url));

/** Path of its `main.js`, built once for a checkout. It needs the repository's history. */
export function buildBefore() {
  const folder = `${CACHE}before-${COMMIT}`;
  if (!existsSync(folder)) {
    const unfinished = `${folder}.unfinished`;
    rmSync(unfinished, { recursive: true, force: true });
    mkdirSync(unfinished, { recursive: true });
    const archive = execFileSync('git', ['archive', COMMIT], { cwd: ROOT, maxBuffer: 1e9 });
    execFileSync('tar', ['--extract', '--directory', unfinished], { input: archive });
    for (const args of [
      ['ci', '--silent'],
      ['run', '--silent', 'build'],
    ]) {
      execFileSync('npm', args, { cwd: unfinished, stdio: ['ignore', 'ignore', 'inherit'] });
    }
    renameSync(unfinished, folder);
  }
  return `${folder}/dist/main.js`;
}
