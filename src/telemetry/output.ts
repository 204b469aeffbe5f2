// Standard output. Each line is written before the call that logs it returns, so an end of the process loses none.
import { writeSync } from 'node:fs';
import { systemClock } from '../lib/clock';

/** Milliseconds for which lines wait for a reader that is behind, together. Nothing else runs meanwhile. */
const MAX_WAIT_MS = 1_000;

/** Of the time that passes; so much of the time may be waited in the long run. */
const WAIT_RATIO = 0.2;

const RETRY_AFTER_MS = 5;

/** Bytes of lines that are kept where the reader stays behind; what comes beyond them is lost. */
const MAX_UNWRITTEN_BYTES = 1_000_000;

/** Never notified: to wait on it is to sleep. */
const NEVER = new Int32Array(new SharedArrayBuffer(4));

/** By the monotonic clock; nothing else runs during `sleep`. */
const SYSTEM_TIME = {
  nowMs: systemClock.monotonicMs,
  sleep: (forMs: number): void => {
    Atomics.wait(NEVER, 0, 0, forMs);
  },
};

/** Not pino's own stream: it sleeps without end for a reader that is behind, and says nothing of a full disk. */
export class Output {
  /** One by one: a pipe takes up to 4 KB as a whole, so that an end of the process leaves no half line. */
  readonly #lines: Buffer[] = [];
  #unwrittenBytes = 0;
  #lostLines = 0;
  #errorCode: string | undefined;
  #waitLeftMs = MAX_WAIT_MS;
  #waitLeftAtMs: number;

  /** `tell` is called once with what goes wrong, and once when that is over. */
  constructor(
    private readonly tell: (problem: string) => void = () => {},
    // By this getter Node makes a pipe or socket non-blocking: a write to one that is full fails with EAGAIN.
    private readonly fd: number = process.stdout.fd,
    private readonly time = SYSTEM_TIME,
  ) {
    this.#waitLeftAtMs = time.nowMs();
  }

  /** Whether what is logged now will be written. Lines that were not are tried again. */
  get isWritable(): boolean {
    if (this.#errorCode) {
      this.#flush();
    }
    return !this.#errorCode;
  }

  write(text: string): void {
    const line = Buffer.from(text);
    if (this.#lines.length > 0 && this.#unwrittenBytes + line.length > MAX_UNWRITTEN_BYTES) {
      this.#lostLines += 1;
    } else {
      this.#lines.push(line);
      this.#unwrittenBytes += line.length;
    }
    this.#flush();
  }

  /** For the end of the process: waits a last time, and reports what is lost. */
  end(): void {
    this.#waitLeftMs = MAX_WAIT_MS;
    this.#flush(true);
    const lost = this.#lines.length + this.#lostLines;
    if (lost > 0) {
      this.tell(`Standard output could not be written to the end. Lines lost: ${lost}.`);
    }
  }

  #flush(waits = !this.#errorCode): void {
    try {
      for (let [line] = this.#lines; line; [line] = this.#lines) {
        const written = this.#writeSome(line, waits);
        this.#unwrittenBytes -= written;
        if (written < line.length) {
          this.#lines[0] = line.subarray(written);
        } else {
          this.#lines.shift();
        }
      }
    } catch (error) {
      this.#fail((error as NodeJS.ErrnoException).code ?? 'unknown');
      return;
    }
    // A reader that is slow all the time would be waited for with each line that it reads.
    if (this.#errorCode && this.#refillWait() >= MAX_WAIT_MS / 2) {
      this.#errorCode = undefined;
      this.tell(`Standard output is written again. Lines lost: ${this.#lostLines}.`);
      this.#lostLines = 0;
    }
  }

  #writeSome(line: Buffer, waits: boolean): number {
    for (;;) {
      try {
        return writeSync(this.fd, line);
      } catch (error) {
        const isBehind = (error as NodeJS.ErrnoException).code === 'EAGAIN';
        if (!isBehind || !waits || this.#refillWait() < RETRY_AFTER_MS) {
          throw error;
        }
        const startedAtMs = this.time.nowMs();
        this.time.sleep(RETRY_AFTER_MS);
        this.#waitLeftMs -= this.time.nowMs() - startedAtMs;
      }
    }
  }

  #refillWait(): number {
    const nowMs = this.time.nowMs();
    const refilledMs = (nowMs - this.#waitLeftAtMs) * WAIT_RATIO;
    this.#waitLeftMs = Math.min(MAX_WAIT_MS, this.#waitLeftMs + refilledMs);
    this.#waitLeftAtMs = nowMs;
    return this.#waitLeftMs;
  }

  #fail(errorCode: string): void {
    if (errorCode !== this.#errorCode) {
      this.#errorCode = errorCode;
      this.tell(describeProblem(errorCode));
    }
  }
}

function describeProblem(errorCode: string): string {
  switch (errorCode) {
    case 'EPIPE':
      return 'Standard output has no reader any more: nothing is sent that could not be logged. Restart the gateway.';
    case 'EAGAIN':
      return 'The reader of standard output is behind: nothing is sent until it has caught up.';
    default:
      return `Standard output cannot be written (${errorCode}): nothing is sent that could not be logged.`;
  }
}
