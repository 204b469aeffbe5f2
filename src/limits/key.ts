import { createHash } from 'node:crypto';

/** Names something in a store without giving it away: 128 bits of a hash. */
export function toKey(...parts: readonly (string | undefined)[]): string {
  const hash = createHash('sha256').update(JSON.stringify(parts)).digest();
  return hash.subarray(0, 16).toString('base64url');
}
