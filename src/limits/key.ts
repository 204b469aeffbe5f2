import { hash } from 'node:crypto';

/** Names something in a store without giving it away: 128 bits of a hash. */
export function toKey(...parts: readonly (string | undefined)[]): string {
  const bytes = hash('sha256', JSON.stringify(parts), 'buffer');
  return bytes.subarray(0, 16).toString('base64url');
}
