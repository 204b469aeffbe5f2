// What npm installs is what was locked: each package from a registry has a checksum, in development too.
import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

const ROOT = join(__dirname, '..', '..');

/** The client package, as it is built here, which the example app installs from its folder. */
const OWN = [
  'docs/examples/web: ../../../dist/client',
  'docs/examples/web: node_modules/dv-email-gateway-client',
];

interface LockFile {
  readonly packages: Readonly<Record<string, { integrity?: string; resolved?: string }>>;
}

/** Paths of the lock files; those of installed packages are not ours. */
function findLockFiles(folder = ''): string[] {
  return readdirSync(join(ROOT, folder), { withFileTypes: true }).flatMap((entry) => {
    const path = join(folder, entry.name);
    if (entry.isDirectory() && entry.name !== 'node_modules' && entry.name !== '.git') {
      return findLockFiles(path);
    }
    return entry.name === 'package-lock.json' ? [path] : [];
  });
}

const entries = findLockFiles().flatMap((path) => {
  const { packages } = JSON.parse(readFileSync(join(ROOT, path), 'utf8')) as LockFile;
  return Object.entries(packages)
    .filter(([location]) => location !== '')
    .map(([location, entry]) => ({ ...entry, name: `${dirname(path)}: ${location}` }));
});

it('every locked package has a checksum, but our own', () => {
  const without = entries.filter(({ integrity }) => !/^sha512-./.test(integrity ?? ''));
  expect(without.map(({ name }) => name).sort()).toEqual(OWN);
});

it('no lock file names a registry, so that each is free to choose one', () => {
  const resolved = entries.filter((entry) => entry.resolved !== undefined);
  expect(resolved.map(({ resolved: from }) => from)).toEqual(['../../../dist/client']);
});
