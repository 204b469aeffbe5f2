// Values by key within a bound: what has ended goes, and where that is not enough, what was set longest ago.
import { LRUCache } from 'lru-cache';

interface Rules<Value> {
  readonly maxSize: number;
  sizeOf(value: Value): number;
  hasEnded(value: Value, nowMs: number): boolean;
}

export class RecentMap<Value extends object> {
  /** In the order in which they were set, which is nearly the one in which they end. */
  readonly #values: LRUCache<string, Value>;

  constructor(private readonly rules: Rules<Value>) {
    const { maxSize, sizeOf } = rules;
    this.#values = new LRUCache({
      maxSize,
      // One that is larger than all may be stays alone; lru-cache would not take it.
      sizeCalculation: (value) => Math.min(sizeOf(value), maxSize),
    });
  }

  /** Of all values together. */
  get size(): number {
    return this.#values.calculatedSize;
  }

  get(key: string): Value | undefined {
    return this.#values.peek(key);
  }

  entries(): readonly (readonly [string, Value])[] {
    const entries: [string, Value][] = [];
    this.#values.rforEach((value, key) => entries.push([key, value]));
    return entries;
  }

  /** What has ended is not kept. */
  set(key: string, value: Value, nowMs: number): void {
    const { hasEnded } = this.rules;
    if (hasEnded(value, nowMs)) {
      this.#values.delete(key);
    } else {
      this.#values.set(key, value);
    }
    this.#dropFirst((first) => hasEnded(first, nowMs));
  }

  /** Makes room for one of that size, of those that may go, and says whether there is any. */
  makeRoom(size: number, mayGo: (value: Value) => boolean): boolean {
    const hasRoom = () => this.size + size <= this.rules.maxSize;
    this.#dropFirst((first) => !hasRoom() && mayGo(first));
    return hasRoom();
  }

  /** Those that were set longest ago, up to one that may not go. */
  #dropFirst(mayGo: (value: Value) => boolean): void {
    for (const key of this.#values.rkeys()) {
      const first = this.get(key);
      if (!first || !mayGo(first)) {
        break;
      }
      this.#values.delete(key);
    }
  }
}
