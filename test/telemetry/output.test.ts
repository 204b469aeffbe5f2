// Standard output with a reader that is behind: how long a gateway stands still for it, and what is kept. A real pipe that is
// read in the test, at times that the test sets.
import { execFileSync } from 'node:child_process';
import { closeSync, constants, mkdtempSync, openSync, readSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Output } from '../../src/telemetry/output';
import { closeLater } from '../support/close-later';

const toLine = (index: number) => `${String(index).padStart(999, '-')}\n`;

const BEHIND = 'The reader of standard output is behind: nothing is sent until it has caught up.';

function start({ bytesPerMs = 0 } = {}) {
  const folder = mkdtempSync(join(tmpdir(), 'output-'));
  const path = join(folder, 'pipe');
  execFileSync('mkfifo', [path]);
  const fd = openSync(path, constants.O_RDWR | constants.O_NONBLOCK);
  closeLater(() => {
    closeSync(fd);
    rmSync(folder, { recursive: true });
  });
  const told: string[] = [];
  const buffer = Buffer.alloc(1_000_000);
  let nowMs = 0;
  let sleptMs = 0;
  let text = '';
  const read = (bytes = buffer.length) => {
    try {
      text += buffer.toString('utf8', 0, readSync(fd, buffer, 0, bytes, null));
    } catch (error) {
      // The pipe is empty.
      expect(error).toMatchObject({ code: 'EAGAIN' });
    }
  };
  const pass = (forMs: number) => {
    nowMs += forMs;
    if (bytesPerMs > 0) {
      read(bytesPerMs * forMs);
    }
  };
  const time = {
    nowMs: () => nowMs,
    sleep: (forMs: number) => {
      sleptMs += forMs;
      pass(forMs);
    },
  };
  const output = new Output((problem) => told.push(problem), fd, time);
  let lines = 0;
  return {
    output,
    told,
    read,
    write: () => output.write(toLine(lines++)),
    pass,
    slept: () => sleptMs,
    written: () => lines,
    /** What was read so far, a line each. */
    lines: () => text.split('\n').slice(0, -1),
  };
}

it('waits for a reader that has stopped reading for a second in all, and then for none of the later lines', () => {
  const { output, told, write, slept, read, pass, written, lines } = start();

  while (output.isWritable) {
    write();
  }
  const sleptMs = slept();
  // A fifth of this second may be waited again.
  expect(sleptMs).toBeGreaterThan(1_200);
  expect(sleptMs).toBeLessThanOrEqual(1_250);
  expect(told).toEqual([BEHIND]);

  for (let more = 0; more < 100; more += 1) {
    write();
  }
  expect(slept()).toBe(sleptMs);

  // All of it is written at once, and yet nothing is sent before it may be waited for half a second again.
  read();
  expect(output.isWritable).toBe(false);
  pass(2_400);
  read();
  expect(output.isWritable).toBe(false);
  pass(100);
  expect(output.isWritable).toBe(true);
  read();
  expect(told).toEqual([BEHIND, 'Standard output is written again. Lines lost: 0.']);
  expect(lines()).toEqual(Array.from({ length: written() }, (_, index) => toLine(index).trim()));
});

it('stands still for a slow reader a fifth of the time in the long run', () => {
  const { output, write, slept, pass, written, lines } = start({ bytesPerMs: 40 });
  const AWAKE_MS = 60_000;

  for (let awakeMs = 0; awakeMs < AWAKE_MS; awakeMs += 10) {
    // As for calls, of which none is run while the log cannot be written.
    if (output.isWritable) {
      write();
    }
    pass(10);
  }

  expect(slept()).toBeLessThanOrEqual(1_250 + 0.2 * (AWAKE_MS + slept()));
  expect(slept()).toBeGreaterThan(0.1 * AWAKE_MS);
  expect(lines()).toEqual(
    Array.from({ length: lines().length }, (_, index) => toLine(index).trim()),
  );
  expect(written() - lines().length).toBeLessThan(100);
});

it('keeps a megabyte for a reader that stays behind, and says how many lines it lost beyond that', () => {
  const { told, output, write, pass, read, lines } = start();

  for (let index = 0; index < 1_100; index += 1) {
    write();
  }
  for (let times = 0; times < 30; times += 1) {
    read();
    pass(1_000);
    void output.isWritable;
  }

  const [, again] = told;
  const lost = Number(/Lines lost: (\d+)/.exec(again ?? '')?.[1]);
  expect(lost).toBeGreaterThan(20);
  expect(lines()).toHaveLength(1_100 - lost);
});
