// The queue in front of DigiCert: who waits, for how long, and in what order.

import type { RollingWindow } from '../../src/domain/rolling-window';
import { OpenDeadline } from '../../src/lib/deadline';
import type { Limit } from '../../src/limits/limit-store';
import { toRetryAfterSeconds } from '../../src/limits/limit-store';
import { MemoryStore } from '../../src/limits/memory-store';
import { type QueueResult, QuotaQueue } from '../../src/limits/quota-queue';
import { ATTEMPTS, toAttempt } from '../support/attempts';
import { createDeferred } from '../support/deferred';
import { ManualClock } from '../support/manual-clock';

const WINDOWS: readonly RollingWindow[] = [{ limit: 2, windowMs: 1_000 }];

function createQueue({ windows = WINDOWS, maxWaitMs = 2_000 } = {}) {
  const clock = new ManualClock();
  const store = new MemoryStore(clock, ATTEMPTS);
  let count = 0;
  const quota: Limit = { kind: 'digicert', key: 'key', windows };
  const queue = new QuotaQueue({
    store,
    quota,
    maxWaitMs,
    clock,
    createId: () => String(count++),
  });
  const settled: string[] = [];
  const start = clock.now();
  /** Asks for room, and notes when there was some, or how long there will be none. */
  const take = (name: string, timeoutMs = 10_000): Promise<QueueResult> => {
    const taken = queue.reserve({}, true, new OpenDeadline(clock.monotonicMs() + timeoutMs));
    taken.then(({ ok, waitMs, id }) => {
      const afterMs = clock.now() - start;
      settled.push(
        ok
          ? `${name} at ${afterMs}`
          : `${name} not for ${toRetryAfterSeconds(waitMs.digicert)} s, told at ${afterMs}`,
      );
      if (ok) {
        void store.commit(id, quota);
      }
    });
    return taken;
  };
  /** Moves the clock in steps, so that everything that follows from a moment happens in it. */
  const advance = async (byMs: number, stepMs = 100) => {
    await settle();
    for (let passedMs = 0; passedMs < byMs; passedMs += stepMs) {
      clock.advance(stepMs);
      await settle();
    }
  };
  return { clock, store, queue, quota, take, settled, advance };
}

/** Lets every promise that can go on do so. */
async function settle(): Promise<void> {
  for (let turn = 0; turn < 20; turn += 1) {
    await new Promise(setImmediate);
  }
}

describe('the queue in front of DigiCert', () => {
  it('accepts at once what there is room for, and the rest in its order', async () => {
    const { take, settled, advance, clock } = createQueue({ maxWaitMs: 2_001 });
    for (const name of ['a', 'b', 'c', 'd', 'e']) {
      take(name);
    }
    await settle();
    expect(settled).toEqual(['a at 0', 'b at 0']);
    await advance(2_000);
    expect(settled).toEqual(['a at 0', 'b at 0', 'c at 1000', 'd at 1000', 'e at 2000']);
    expect(clock.pending).toBe(0);
  });

  it('rejects at once calls that could not be served in time', async () => {
    const { take, settled, clock } = createQueue({
      windows: [{ limit: 1, windowMs: 30_001 }],
    });
    take('a');
    await settle();
    take('b');
    await settle();
    expect(settled).toEqual(['a at 0', 'b not for 31 s, told at 0']);
    expect(clock.pending).toBe(0);
  });

  it('keeps no call waiting for longer than is allowed', async () => {
    const { take, settled, advance, clock } = createQueue({ maxWaitMs: 1_500 });
    for (const name of ['a', 'b', 'c', 'd', 'e', 'f']) {
      take(name);
    }
    await advance(3_000);
    expect(settled).toEqual([
      'a at 0',
      'b at 0',
      'c at 1000',
      'd at 1000',
      'e not for 1 s, told at 1000',
      'f not for 1 s, told at 1000',
    ]);
    expect(clock.pending).toBe(0);
  });

  it('keeps no call waiting beyond the deadline of the mutation', async () => {
    const { take, settled, advance } = createQueue();
    take('a');
    take('b');
    await settle();
    take('c', 600);
    await settle();
    await advance(1_000);
    expect(settled).toEqual(['a at 0', 'b at 0', 'c not for 1 s, told at 0']);
  });

  it('waits not at all where that is set', async () => {
    const { take, settled } = createQueue({ maxWaitMs: 0 });
    for (const name of ['a', 'b', 'c']) {
      take(name);
    }
    await settle();
    expect(settled).toEqual(['a at 0', 'b at 0', 'c not for 1 s, told at 0']);
  });

  it('serves who waits as soon as a place is given back', async () => {
    const { store, queue, quota, take, settled, advance, clock } = createQueue({
      maxWaitMs: 5_000,
    });
    const deadline = new OpenDeadline(clock.monotonicMs() + 10_000);
    const reserve = () => queue.reserve({}, true, deadline);
    const taken = [await reserve(), await reserve()];
    take('c');
    await advance(300);
    for (const { id } of taken) {
      await store.release(id, quota);
      queue.askAgain();
    }
    await advance(1, 1);
    expect(settled).toEqual(['c at 301']);
  });

  it('accepts no call while DigiCert refuses all, and then again', async () => {
    const { queue, take, settled, advance } = createQueue();
    queue.block(7_000);
    take('a');
    await advance(5_500);
    take('b');
    await advance(1_500);
    expect(settled).toEqual(['a not for 7 s, told at 0', 'b at 7000']);
  });

  it('rejects calls that wait already when DigiCert refuses all', async () => {
    const { queue, take, settled, advance, clock } = createQueue();
    take('a');
    take('b');
    await settle();
    take('c');
    await advance(200);
    queue.block(60_000);
    await settle();
    expect(settled).toEqual(['a at 0', 'b at 0', 'c not for 60 s, told at 200']);
    expect(clock.pending).toBe(0);
  });

  it('has a queue that ends', async () => {
    const { take, settled } = createQueue({ windows: [{ limit: 1, windowMs: 1_001 }] });
    take('first');
    await settle();
    for (let index = 0; index < 1_001; index += 1) {
      take(String(index));
    }
    await settle();
    expect(settled).toEqual(['first at 0', '1000 not for 2 s, told at 0']);
  });

  it('names the recipient that was taken while a call waited, and not the quota', async () => {
    const { store, queue, quota, take, advance, clock } = createQueue();
    const attempt = toAttempt(['a']);
    take('a');
    take('b');
    await advance(0);
    const deadline = new OpenDeadline(clock.monotonicMs() + 10_000);
    const waiting = queue.reserve({ attempt }, true, deadline);
    await advance(500);
    // Another gateway takes the recipient, and what there is of the quota.
    await store.reserve({ id: 'x', holdMs: 5_000, attempt, quota: { ...quota, windows: [] } });
    await store.block(quota, 30_000);
    await advance(500);

    expect((await waiting).waitMs).toMatchObject({ recipient: 60_000, digicert: 29_500 });
  });

  it('gives no place to a call that ended while it was requested', async () => {
    const { store, quota, take, settled, advance } = createQueue({ maxWaitMs: 1_400 });
    take('a');
    take('b');
    await settle();
    take('c');
    await settle();
    // The store answers only after the waiter's time is up.
    const reserve = store.reserve.bind(store);
    const slow = createDeferred();
    jest.spyOn(store, 'reserve').mockImplementationOnce(async (...args) => {
      await slow.promise;
      return reserve(...args);
    });
    await advance(1_500);
    expect(settled).toEqual(['a at 0', 'b at 0', 'c not for 1 s, told at 1400']);
    slow.resolve();
    await settle();
    for (const id of ['x', 'y']) {
      expect((await reserve({ id, holdMs: 1, quota })).ok).toBe(true);
    }
  });
});
