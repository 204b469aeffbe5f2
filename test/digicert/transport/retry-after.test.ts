import { readRetryAfter } from '../../../src/digicert/transport/retry-after';

const NOW = Date.parse('2026-01-02T03:04:05.500Z');

describe('Retry-After', () => {
  it.each<[string | undefined, number]>([
    [undefined, 5],
    ['', 5],
    ['soon', 5],
    ['-5', 5],
    ['1.5', 5],
    ['2026-01-02T03:04:15Z', 5],
    ['0', 1],
    ['7', 7],
    [' 7 ', 7],
    ['3600', 3600],
    ['3601', 3600],
    ['99999999999999999999', 3600],
    ['Fri, 02 Jan 2026 03:04:15 GMT', 10],
    ['Fri, 02 Jan 2026 03:04:06 GMT', 1],
    ['Thu, 01 Jan 2026 00:00:00 GMT', 1],
    ['Sat, 02 Jan 2027 03:04:05 GMT', 3600],
    ['nonsense GMT', 5],
  ])('%j is %d seconds', (header, seconds) => {
    expect(readRetryAfter({ headers: { 'retry-after': header } }, NOW)).toBe(seconds);
  });
});
