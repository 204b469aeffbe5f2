// The decision whether a request is made again, after every kind of failure.
import fc from 'fast-check';
import type { Exchange } from '../../../src/digicert/transport/exchange';
import { decideRetry, type RetryContext } from '../../../src/digicert/transport/retry';

const NOW = Date.parse('2026-01-02T03:04:05Z');
const NOT_SENT: Exchange = { kind: 'not-sent', errorCode: 'ECONNREFUSED' };

function responded(status: number, headers: Record<string, string> = {}): Exchange {
  return {
    kind: 'response',
    status,
    headers,
    body: Buffer.alloc(0),
    maxBytes: 0,
    isTooLong: false,
  };
}

function decide(context: Partial<RetryContext>) {
  return decideRetry({
    exchange: NOT_SENT,
    attempt: 1,
    nowMs: NOW,
    leftMs: 10_000,
    maxWaitMs: 2_000,
    random: 0.5,
    ...context,
  });
}

describe('what provably never left', () => {
  it.each([
    [1, 0, 0],
    [1, 0.5, 100],
    [1, 1, 200],
    [2, 0.5, 200],
    [2, 1, 400],
  ])('is tried again after attempt %d, with chance %d after %d ms', (attempt, random, afterMs) => {
    expect(decide({ attempt, random })).toEqual({ retry: true, cause: 'not-sent', afterMs });
  });

  it('is not tried a fourth time', () => {
    expect(decide({ attempt: 3 })).toEqual({ retry: false });
  });

  it.each([
    [200, true],
    [199, false],
    [0, false],
    [-5, false],
  ])('with %d ms left is tried again: %s', (leftMs, retry) => {
    expect(decide({ leftMs }).retry).toBe(retry);
  });
});

describe('a 429', () => {
  it.each([
    ['asks for a second', { 'retry-after': '1' }, 1_125],
    ['asks for as long as a caller may be kept', { 'retry-after': '2' }, 2_125],
    ['names a moment', { 'retry-after': 'Fri, 02 Jan 2026 03:04:06 GMT' }, 1_125],
  ])('is tried again when it %s', (_name, headers, afterMs) => {
    expect(decide({ exchange: responded(429, headers) })).toEqual({
      retry: true,
      cause: 'too-many-requests',
      afterMs,
    });
  });

  it.each([
    ['asks for longer than a caller may be kept', { 'retry-after': '3' }],
    ['names a moment too far off', { 'retry-after': 'Fri, 02 Jan 2026 03:05:05 GMT' }],
    ['says nothing, which means 5 s', {}],
    ['says nonsense', { 'retry-after': 'soon' }],
  ])('is returned when it %s', (_name, headers) => {
    expect(decide({ exchange: responded(429, headers) })).toEqual({ retry: false });
  });

  it('is returned when the deadline leaves no room for another attempt', () => {
    const exchange = responded(429, { 'retry-after': '1' });
    expect(decide({ exchange, leftMs: 1_225 }).retry).toBe(true);
    expect(decide({ exchange, leftMs: 1_224 }).retry).toBe(false);
  });
});

it('nothing else is ever tried again', () => {
  const exchanges: fc.Arbitrary<Exchange> = fc.oneof(
    fc
      .integer({ min: 200, max: 599 })
      .filter((status) => status !== 429)
      .map((status) => responded(status, { 'retry-after': '1' })),
    fc.record({ kind: fc.constant('no-response' as const), errorCode: fc.string() }),
    fc.record({ kind: fc.constant('not-http' as const), errorCode: fc.string() }),
    fc.constant<Exchange>({ kind: 'rejected', reason: 'breaker' }),
    fc.constant<Exchange>({ kind: 'rejected', reason: 'quota', retryAfterSeconds: 1 }),
  );
  fc.assert(
    fc.property(
      exchanges,
      fc.nat(5),
      fc.double({ min: 0, max: 1, noNaN: true }),
      (exchange, attempt, random) => {
        expect(decide({ exchange, attempt, random, leftMs: 1e9, maxWaitMs: 1e9 })).toEqual({
          retry: false,
        });
      },
    ),
  );
});

it('a wait never goes beyond the deadline, nor beyond what a caller may be kept', () => {
  fc.assert(
    fc.property(
      fc.constantFrom(NOT_SENT, responded(429, { 'retry-after': '1' }), responded(429)),
      fc.integer({ min: 1, max: 5 }),
      fc.integer({ min: -1_000, max: 20_000 }),
      fc.integer({ min: 0, max: 20_000 }),
      fc.double({ min: 0, max: 1, noNaN: true }),
      (exchange, attempt, leftMs, maxWaitMs, random) => {
        const decision = decide({ exchange, attempt, leftMs, maxWaitMs, random });
        if (decision.retry) {
          expect(decision.afterMs).toBeGreaterThanOrEqual(0);
          expect(decision.afterMs).toBeLessThan(leftMs);
          // The jitter comes on top of what DigiCert asks for.
          expect(decision.afterMs).toBeLessThanOrEqual(Math.max(maxWaitMs, 400) + 250);
        }
      },
    ),
  );
});
