import { setImmediate as nextTurn } from 'node:timers/promises';

/** Until what was due at once has been done. */
export async function settle(): Promise<void> {
  for (let turn = 0; turn < 200; turn += 1) {
    await nextTurn();
  }
}

export async function settleUntil(isDone: () => boolean): Promise<void> {
  while (!isDone()) {
    await nextTurn();
  }
}
