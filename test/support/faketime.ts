// A system clock of a process' own, that can be set while it runs: Debian's libfaketime. What is monotonic stays so.
import { existsSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { closeLater } from './close-later';
import { describeWhere } from './describe-where';

const LIBRARY = readdirSync('/usr/lib')
  .map((folder) => join('/usr/lib', folder, 'faketime', 'libfaketimeMT.so.1'))
  .find((file) => existsSync(file));

export const describeWithFaketime = describeWhere(
  'with clocks that are set',
  LIBRARY === undefined ? 'faketime is not installed' : undefined,
  'REQUIRE_REDIS',
);

export interface SystemClock {
  /** Of the process. */
  readonly environment: Record<string, string>;
  /** By seconds from what it really is. */
  set(bySeconds: number): void;
}

export function createSystemClock(): SystemClock {
  const folder = mkdtempSync(join(tmpdir(), 'clock-'));
  closeLater(async () => rmSync(folder, { recursive: true, force: true }));
  const file = join(folder, 'offset');
  const set = (bySeconds: number) => {
    writeFileSync(file, `${bySeconds < 0 ? '' : '+'}${bySeconds}\n`);
  };
  set(0);
  return {
    set,
    environment: {
      // libc after it, so that Redis allocates with that: jemalloc asks for the time, and libfaketime allocates.
      LD_PRELOAD: `${LIBRARY}:libc.so.6`,
      FAKETIME_TIMESTAMP_FILE: file,
      FAKETIME_NO_CACHE: '1',
      FAKETIME_DONT_FAKE_MONOTONIC: '1',
    },
  };
}
