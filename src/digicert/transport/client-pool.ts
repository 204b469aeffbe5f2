// A bound on requests at a time, with a client of one connection for each. What waits for one starts in the order in which
// it came. undici's own Pool has more connections than it should after one that failed (findings/undici-pool-bound.sh).
import type { Dispatcher } from 'undici';
import type { Deadline } from '../../lib/deadline';

export class ClientPool {
  readonly #all: Dispatcher[] = [];
  /** The last one used comes first, so that the others' connections may end. */
  readonly #free: Dispatcher[] = [];
  readonly #waiting = new Set<(client: Dispatcher) => void>();

  constructor(
    private readonly size: number,
    private readonly create: () => Dispatcher,
  ) {}

  /** `undefined`: the deadline passed first. */
  async acquire(deadline: Deadline): Promise<Dispatcher | undefined> {
    if (deadline.isExpired) {
      return undefined;
    }
    return this.#free.pop() ?? (this.#all.length < this.size ? this.#add() : this.#wait(deadline));
  }

  release(client: Dispatcher): void {
    const [next] = this.#waiting;
    if (next) {
      this.#waiting.delete(next);
      next(client);
    } else {
      this.#free.push(client);
    }
  }

  async destroy(): Promise<void> {
    await Promise.all(this.#all.map((client) => client.destroy()));
  }

  #add(): Dispatcher {
    const client = this.create();
    this.#all.push(client);
    return client;
  }

  #wait(deadline: Deadline): Promise<Dispatcher | undefined> {
    return new Promise((resolve) => {
      const take = (client?: Dispatcher) => {
        ignoreDeadline();
        resolve(client);
      };
      const ignoreDeadline = deadline.onExpired(() => {
        this.#waiting.delete(take);
        resolve(undefined);
      });
      this.#waiting.add(take);
    });
  }
}
