// The shape of an email address. Any mailbox is accepted: beyond the five customary ones a CA
// accepts contacts published in DNS (TXT and CAA), which may have letters of any script (RFC 6532).
import isEmail from 'validator/lib/isEmail';
import { INVISIBLE } from '../lib/visible-text';
import { parseDnsName } from './dns-name';

/** Longest address in octets (RFC 5321 section 4.5.3.1.3, less the angle brackets). */
const MAX_ADDRESS_OCTETS = 254;

/** Atoms with dots between them, and a domain, all in ASCII: nearly all addresses. */
const PLAIN_ADDRESS = /^[A-Za-z0-9_+-]+(?:\.[A-Za-z0-9_+-]+)*@[A-Za-z0-9.-]+$/;

/** Longest mailbox in octets (RFC 5321 section 4.5.3.1.1). */
const MAX_MAILBOX_OCTETS = 64;

/** What a mail program could take for the end of the mailbox, or for a second address. */
const NEVER_IN_A_MAILBOX = /[@,;<>]|^"*$/;

/**
 * Returns the address in Unicode normal form C with its domain as A-labels, or `undefined` when it is no
 * address.
 */
export function parseEmailAddress(text: string): string | undefined {
  if (text.length > MAX_ADDRESS_OCTETS) {
    return undefined;
  }
  const at = text.lastIndexOf('@');
  const domain = parseDnsName(text.slice(at + 1));
  if (domain === undefined) {
    return undefined;
  }
  // As with plain names: what is rare takes ten times as long to look at.
  if (at <= MAX_MAILBOX_OCTETS && PLAIN_ADDRESS.test(text)) {
    return `${text.slice(0, at)}@${domain}`;
  }
  const mailbox = text.slice(0, Math.max(at, 0)).normalize('NFC');
  const address = `${mailbox}@${domain}`;
  return Buffer.byteLength(address) <= MAX_ADDRESS_OCTETS &&
    isUnusualAddress(text, mailbox, address)
    ? address
    : undefined;
}

function isUnusualAddress(text: string, mailbox: string, address: string): boolean {
  return (
    // Never meant in an address, and a danger in a mail header.
    text.search(INVISIBLE) === -1 &&
    // Compatibility forms too: some software reads a full-width comma as a comma.
    !NEVER_IN_A_MAILBOX.test(mailbox.normalize('NFKC')) &&
    isEmail(address)
  );
}
