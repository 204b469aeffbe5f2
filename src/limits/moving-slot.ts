// While a cluster moves a slot to another node, no script runs there that has several keys: some of them are on one node, some
// on the other. So each is asked by itself, in the order in which they refuse.
import type { Attempt } from './attempts';
import type { ReserveRequest, ReserveResult } from './limit-store';

/** Uses told in one command when a snapshot is restored, so that none keeps Redis from others for long. */
const BATCH_SIZE = 500;

interface Steps {
  /** With those parts of the request alone. */
  reserve(parts: string): Promise<ReserveResult>;
  forget(attempt: Attempt): Promise<void>;
}

/** ioredis was sent from one node to the other and back. */
export function isSlotMoving(error: unknown): boolean {
  return (error as Error).message.startsWith('Too many Cluster redirections.');
}

/** Which keys a reservation has: of the caller, the attempts, the quota, and of where that is blocked. See the script. */
export function toParts({ count, attempt, quota }: ReserveRequest): string {
  return `${count ? 'c' : ''}${attempt ? 'a' : ''}${quota ? 'bq' : ''}`;
}

export async function reserveByKey(request: ReserveRequest, steps: Steps): Promise<ReserveResult> {
  const { attempt, quota } = request;
  let heldAttempt: Attempt | undefined;
  let reserved: ReserveResult | undefined;
  for (const part of toParts(request)) {
    const isMade = part === 'a' && quota !== undefined;
    reserved = await steps.reserve(isMade ? 'at' : part);
    if (!reserved.ok) {
      if (heldAttempt) {
        await steps.forget(heldAttempt);
      }
      break;
    }
    heldAttempt ??= isMade ? attempt : undefined;
  }
  return reserved ?? steps.reserve('');
}

/** Writes many with each command; one with each, where the slot is moving. */
export function writeBatches<Item>(
  items: readonly Item[],
  write: (batch: readonly Item[]) => Promise<void>,
): readonly Promise<unknown>[] {
  return Array.from({ length: Math.ceil(items.length / BATCH_SIZE) }, async (_, index) => {
    const batch = items.slice(index * BATCH_SIZE, (index + 1) * BATCH_SIZE);
    try {
      await write(batch);
    } catch (error) {
      if (!isSlotMoving(error)) {
        throw error;
      }
      await Promise.all(batch.map((item) => write([item])));
    }
  });
}
