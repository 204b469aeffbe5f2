// The secret that a router in front of the gateway shows. Two may be valid at once, while one is replaced.
import { hash, timingSafeEqual } from 'node:crypto';

/** Compares in a time that tells nothing of the secrets, neither their content nor which one it was. */
export function isRouterSecret(given: string, secrets: readonly string[]): boolean {
  const givenHash = toHash(given);
  return secrets.map((secret) => timingSafeEqual(givenHash, toHash(secret))).includes(true);
}

/** Hashes are of one length, which timingSafeEqual asks for. */
function toHash(text: string): Buffer {
  return hash('sha256', text, 'buffer');
}
