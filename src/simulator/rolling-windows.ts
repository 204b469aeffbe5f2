// DigiCert's rate limit: per API key, every endpoint counted together, in windows that roll.
import { LRUCache } from 'lru-cache';
import type { RollingWindow } from '../domain/rolling-window';

/** Keys counted; any text is one here. Beyond that, the one that was used longest ago begins with an empty count. */
const MAX_KEYS = 1_000;

export class RollingWindows {
  readonly #acceptedAtByKey = new LRUCache<string, number[]>({ max: MAX_KEYS });
  readonly #longestMs: number;

  constructor(private readonly windows: readonly RollingWindow[]) {
    this.#longestMs = Math.max(0, ...windows.map(({ windowMs }) => windowMs));
  }

  /** Keys that are counted. */
  get size(): number {
    return this.#acceptedAtByKey.size;
  }

  /** Counts one request of a key, unless a window has no room for it. */
  take(key: string, nowMs: number): boolean {
    const acceptedAt = (this.#acceptedAtByKey.get(key) ?? []).filter(
      (atMs) => atMs > nowMs - this.#longestMs,
    );
    const hasRoom = this.windows.every(
      ({ limit, windowMs }) => acceptedAt.filter((atMs) => atMs > nowMs - windowMs).length < limit,
    );
    if (hasRoom) {
      acceptedAt.push(nowMs);
    }
    this.#acceptedAtByKey.set(key, acceptedAt);
    return hasRoom;
  }
}
