// The shape of an email address. Any mailbox is let through: besides the five customary ones a CA
// accepts contacts published in DNS (TXT and CAA), and those may be any RFC 6532 address.
import isEmail from 'validator/lib/isEmail';
import { parseDnsName } from './dns-name';

/** Longest address in octets (RFC 5321 section 4.5.3.1.3, less the angle brackets). */
const MAX_ADDRESS_LENGTH = 254;

/** Invisible or line-breaking: never meant in an address, and a danger in a mail header. */
const NEVER_IN_AN_ADDRESS = /[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]|(?! )\p{Zs}/u;

/** Returns the address with its domain as A-labels, or `undefined` when it is no address. */
export function parseEmailAddress(text: string): string | undefined {
  if (text.length > MAX_ADDRESS_LENGTH || NEVER_IN_AN_ADDRESS.test(text)) {
    return undefined;
  }
  const at = text.lastIndexOf('@');
  const domain = at > 0 ? parseDnsName(text.slice(at + 1)) : undefined;
  if (domain === undefined) {
    return undefined;
  }
  const address = `${text.slice(0, at)}@${domain}`;
  return isEmail(address) ? address : undefined;
}
