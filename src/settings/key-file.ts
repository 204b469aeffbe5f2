// An API key that can be replaced while the gateway runs: its file is read every few seconds. Not
// watched: Kubernetes swaps a link, and network file systems send no events.
import { readFile, stat } from 'node:fs/promises';
import type { Logger } from 'pino';
import type { Clock } from '../lib/clock';
import { parseApiKey } from './parsers';

/** Milliseconds between two checks. */
const CHECK_INTERVAL_MS = 4_000;

/** Milliseconds after which another key is read again: the file may be half written. */
const CONFIRM_AFTER_MS = 1_000;

/** Longer than any key with its line end. What is longer, or no file, is not read: a pipe would never end. */
const MAX_FILE_BYTES = 4_096;

export function watchKeyFile(
  path: string,
  firstKey: string,
  { clock, log }: { readonly clock: Clock; readonly log: Logger },
) {
  let key = firstKey;
  let lastRead = firstKey;
  let problem: string | undefined;
  let cancel = () => {};
  let closed = false;

  async function check(): Promise<void> {
    let delayMs = CHECK_INTERVAL_MS;
    try {
      const read = await readKey(path);
      problem = undefined;
      if (read !== lastRead) {
        lastRead = read;
        delayMs = CONFIRM_AFTER_MS;
      } else if (read !== key) {
        key = read;
        log.info({ event: 'digicert.key-replaced' }, 'another API key is used from now on');
      }
    } catch (error) {
      // The sentence of a parser, or a file system's code: neither holds a key.
      const { code, message } = error as NodeJS.ErrnoException;
      const found = code ?? message;
      if (found !== problem) {
        problem = found;
        log.error(
          { event: 'digicert.key-unreadable', reason: found },
          'DIGICERT_API_KEY_FILE cannot be used: the key read before stays in use',
        );
      }
    }
    schedule(delayMs);
  }

  function schedule(delayMs: number): void {
    if (!closed) {
      cancel = clock.after(delayMs, () => void check());
    }
  }

  schedule(CHECK_INTERVAL_MS);
  return {
    /** The key that was read last and can be used. */
    current: () => key,
    close: () => {
      closed = true;
      cancel();
    },
  };
}

async function readKey(path: string): Promise<string> {
  const stats = await stat(path);
  if (!stats.isFile() || stats.size > MAX_FILE_BYTES) {
    throw new Error('is no file, or too long for a key.');
  }
  return parseApiKey((await readFile(path, 'utf8')).trim());
}
