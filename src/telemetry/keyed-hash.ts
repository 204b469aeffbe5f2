// HMAC-SHA-256 (RFC 2104), put together from one-shot hashes. Node's own Hmac is an object with state for texts
// that come in pieces; made for every address, those objects cost more than writing the line in the log.
import { hash } from 'node:crypto';

const BLOCK_BYTES = 64;

/** Returns 256 bits as base64url. */
export function createKeyedHash(key: string | Buffer): (text: string) => string {
  const bytes = Buffer.from(key);
  const block = Buffer.alloc(BLOCK_BYTES);
  (bytes.length > BLOCK_BYTES ? hash('sha256', bytes, 'buffer') : bytes).copy(block);
  const innerPad = block.map((byte) => byte ^ 0x36);
  const outerPad = block.map((byte) => byte ^ 0x5c);
  return (text) => {
    const inner = hash('sha256', Buffer.concat([innerPad, Buffer.from(text)]), 'buffer');
    return hash('sha256', Buffer.concat([outerPad, inner]), 'base64url');
  };
}
