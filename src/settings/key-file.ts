// An API key that can be replaced while the gateway runs: its file is looked at every few seconds. Not
// watched: Kubernetes swaps a link, and network file systems tell nobody.
import { readFile } from 'node:fs/promises';
import type { Logger } from 'pino';
import type { Clock } from '../domain/clock';
import { parseApiKey } from './parsers';

/** Milliseconds between two looks. A replaced key has to be valid beside the new one for so long. */
const CHECK_INTERVAL_MS = 5_000;

export interface KeyFile {
  /** The key that was read last and can be used. */
  current(): string;
  close(): void;
}

export interface KeyFileDependencies {
  readonly clock: Clock;
  readonly log: Logger;
}

export function watchKeyFile(
  path: string,
  firstKey: string,
  { clock, log }: KeyFileDependencies,
): KeyFile {
  let key = firstKey;
  let problem: string | undefined;
  let cancel = () => {};
  let closed = false;

  async function check(): Promise<void> {
    try {
      const read = parseApiKey((await readFile(path, 'utf8')).trim());
      problem = undefined;
      if (read !== key) {
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
    schedule();
  }

  function schedule(): void {
    if (!closed) {
      cancel = clock.after(CHECK_INTERVAL_MS, () => void check());
    }
  }

  schedule();
  return {
    current: () => key,
    close: () => {
      closed = true;
      cancel();
    },
  };
}
