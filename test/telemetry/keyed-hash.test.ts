// Addresses in the audit trail are told apart by the HMAC that every other program would compute.
import { createHmac } from 'node:crypto';
import fc from 'fast-check';
import { createKeyedHash } from '../../src/telemetry/keyed-hash';

it('is HMAC-SHA-256, for a key of any length and any text', () => {
  const anyKey = fc.oneof(
    fc.string({ unit: 'grapheme', maxLength: 100 }),
    fc.uint8Array({ maxLength: 130 }).map((bytes) => Buffer.from(bytes)),
  );
  fc.assert(
    fc.property(anyKey, fc.string({ unit: 'grapheme', maxLength: 300 }), (key, text) => {
      const expected = createHmac('sha256', key).update(text).digest('base64url');
      expect(createKeyedHash(key)(text)).toBe(expected);
    }),
    { numRuns: 1000 },
  );
});
