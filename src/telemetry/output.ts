// Standard output. Each line is written before the call that logs it returns, so an end of the process loses and mixes up none.
import { writeSync } from 'node:fs';

/** Milliseconds for which a line waits for a reader that is behind. Nothing else runs meanwhile. */
const MAX_WAIT_MS = 1_000;

const RETRY_AFTER_MS = 5;

/** Bytes of lines that wait where the reader stays behind; what comes beyond them is lost. */
const MAX_UNWRITTEN_BYTES = 1_000_000;

/** Never notified: to wait on it is to sleep. */
const SLEEP = new Int32Array(new SharedArrayBuffer(4));

/** Not pino's own stream: it sleeps without end for a reader that is behind, and lines are lost on a full disk without a word. */
export class Output {
  #unwritten: Buffer = Buffer.alloc(0);
  #lostLines = 0;
  #errorCode: string | undefined;

  /** `tell` is called once with what goes wrong, and once when that is over. */
  constructor(
    private readonly tell: (problem: string) => void = () => {},
    // By this getter Node makes a pipe or socket non-blocking: a write to one that is full fails with EAGAIN.
    private readonly fd = process.stdout.fd,
  ) {}

  /** Whether all lines are written. Those that are not are tried again. */
  get isWritten(): boolean {
    if (this.#unwritten.length > 0) {
      this.#flush(0);
    }
    return this.#unwritten.length === 0;
  }

  write(line: string): void {
    const waitMs = this.#unwritten.length > 0 ? 0 : MAX_WAIT_MS;
    const bytes = Buffer.concat([this.#unwritten, Buffer.from(line)]);
    if (bytes.length > MAX_UNWRITTEN_BYTES) {
      this.#lostLines += 1;
    } else {
      this.#unwritten = bytes;
    }
    this.#flush(waitMs);
  }

  #flush(waitMs: number): void {
    for (let leftMs = waitMs; this.#unwritten.length > 0; leftMs -= RETRY_AFTER_MS) {
      try {
        this.#unwritten = this.#unwritten.subarray(writeSync(this.fd, this.#unwritten));
      } catch (error) {
        const { code = 'unknown' } = error as NodeJS.ErrnoException;
        if (code !== 'EAGAIN' || leftMs <= 0) {
          this.#report(code);
          return;
        }
        Atomics.wait(SLEEP, 0, 0, RETRY_AFTER_MS);
      }
    }
    this.#report(undefined);
  }

  #report(errorCode: string | undefined): void {
    if (errorCode === this.#errorCode) {
      return;
    }
    this.#errorCode = errorCode;
    if (errorCode) {
      this.tell(describeProblem(errorCode));
    } else {
      this.tell(`Standard output is written again. Lines lost: ${this.#lostLines}.`);
      this.#lostLines = 0;
    }
  }
}

function describeProblem(errorCode: string): string {
  switch (errorCode) {
    case 'EPIPE':
      return 'Standard output has no reader any more: nothing is sent that could not be logged. Restart the gateway.';
    case 'EAGAIN':
      return 'The reader of standard output has stopped reading: nothing is sent until it goes on.';
    default:
      return `Standard output cannot be written (${errorCode}): nothing is sent that could not be logged.`;
  }
}
