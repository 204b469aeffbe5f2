// DigiCert's rate limit: per API key, every endpoint counted together, in windows that roll.

import type { RollingWindow } from '../domain/rolling-window';

export class RollingWindows {
  readonly #acceptedAtByKey = new Map<string, number[]>();
  readonly #longestMs: number;

  constructor(private readonly windows: readonly RollingWindow[]) {
    this.#longestMs = Math.max(0, ...windows.map(({ windowMs }) => windowMs));
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
