// Values by key within a bound: what has ended goes, and where that is not enough, what was set longest ago.

interface Rules<Value> {
  readonly maxSize: number;
  sizeOf(value: Value): number;
  hasEnded(value: Value, nowMs: number): boolean;
}

export class RecentMap<Value> {
  /** In the order in which they were set, which is nearly the one in which they end. */
  readonly #values = new Map<string, Value>();
  #size = 0;

  constructor(private readonly rules: Rules<Value>) {}

  /** Of all values together. */
  get size(): number {
    return this.#size;
  }

  get(key: string): Value | undefined {
    return this.#values.get(key);
  }

  entries(): readonly (readonly [string, Value])[] {
    return [...this.#values];
  }

  /** What has ended is not kept. */
  set(key: string, value: Value, nowMs: number): void {
    const { maxSize, sizeOf, hasEnded } = this.rules;
    this.#delete(key);
    if (!hasEnded(value, nowMs)) {
      this.#values.set(key, value);
      this.#size += sizeOf(value);
    }
    this.#dropFirst(
      (first, its) => (this.#size > maxSize && its !== key) || hasEnded(first, nowMs),
    );
  }

  /** Makes room for one of that size, of those that may go, and says whether there is any. */
  makeRoom(size: number, mayGo: (value: Value) => boolean): boolean {
    const hasRoom = () => this.#size + size <= this.rules.maxSize;
    this.#dropFirst((first) => !hasRoom() && mayGo(first));
    return hasRoom();
  }

  #delete(key: string): void {
    const value = this.#values.get(key);
    if (value !== undefined) {
      this.#size -= this.rules.sizeOf(value);
      this.#values.delete(key);
    }
  }

  /** Those that were set longest ago, up to one that may not go. */
  #dropFirst(mayGo: (value: Value, key: string) => boolean): void {
    for (const [key, value] of this.#values) {
      if (!mayGo(value, key)) {
        break;
      }
      this.#delete(key);
    }
  }
}
