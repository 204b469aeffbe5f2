// A bound on what runs at a time. What waits for it starts in the order in which it came.
import type { Deadline } from './deadline';

export class Semaphore {
  readonly #waiting = new Set<() => void>();

  /** `free`: how many may run at a time. */
  constructor(private free: number) {}

  /** `false`: the deadline passed first, and there is nothing to release. */
  async acquire(deadline: Deadline): Promise<boolean> {
    if (deadline.isExpired) {
      return false;
    }
    if (this.free > 0) {
      this.free -= 1;
      return true;
    }
    return new Promise((resolve) => {
      const start = () => {
        ignoreDeadline();
        resolve(true);
      };
      const ignoreDeadline = deadline.onExpired(() => {
        this.#waiting.delete(start);
        resolve(false);
      });
      this.#waiting.add(start);
    });
  }

  release(): void {
    const [next] = this.#waiting;
    if (next) {
      this.#waiting.delete(next);
      next();
    } else {
      this.free += 1;
    }
  }
}
