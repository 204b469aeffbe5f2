// Keys that are held, each by one holder and until a moment.

export interface Hold {
  readonly holder: string;
  readonly untilMs: number;
}

export class Holds {
  /** By how long they were made for, of which there are a few: in each of these maps, what ends first comes first. */
  readonly #byDurationMs = new Map<number, Map<string, Hold>>();

  get size(): number {
    return [...this.#byDurationMs.values()].reduce((sum, { size }) => sum + size, 0);
  }

  get(key: string): Hold | undefined {
    for (const holds of this.#byDurationMs.values()) {
      const hold = holds.get(key);
      if (hold) {
        return hold;
      }
    }
    return undefined;
  }

  /** Takes the place of another hold of that key. */
  set(key: string, holder: string, forMs: number, nowMs: number): void {
    this.delete(key);
    let holds = this.#byDurationMs.get(forMs);
    if (!holds) {
      holds = new Map();
      this.#byDurationMs.set(forMs, holds);
    }
    holds.set(key, { holder, untilMs: nowMs + forMs });
  }

  delete(key: string): void {
    for (const holds of this.#byDurationMs.values()) {
      holds.delete(key);
    }
  }

  /** Looks at no more than have ended. After the clock was set back it stops too early. */
  deleteEnded(nowMs: number): void {
    for (const holds of this.#byDurationMs.values()) {
      for (const [key, { untilMs }] of holds) {
        if (untilMs > nowMs) {
          break;
        }
        holds.delete(key);
      }
    }
  }

  deleteFirstToEnd(): void {
    const firsts = [...this.#byDurationMs.values()].flatMap((holds) => {
      const [first] = holds;
      return first ? [first] : [];
    });
    const untilMs = Math.min(...firsts.map(([, hold]) => hold.untilMs));
    const first = firsts.find(([, hold]) => hold.untilMs === untilMs);
    if (first) {
      this.delete(first[0]);
    }
  }

  *[Symbol.iterator](): Generator<readonly [key: string, hold: Hold]> {
    for (const holds of this.#byDurationMs.values()) {
      yield* holds;
    }
  }
}
