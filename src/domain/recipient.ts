// Who gets an email: when two entries of a list may stand for the same email, however they are spelt.
import type { Recipient } from './outcome';
import { withoutWildcard } from './parent-domain';

/** Two entries overlap if something that one of them `conflictsWith` is among the other's `marks`. */
interface Overlap {
  readonly marks: readonly string[];
  readonly conflictsWith: readonly string[];
}

/**
 * A recipient is a domain (a wildcard is validated at its base) and a mailbox: the same mailbox for another domain is another
 * email; `emailDomain` makes none. An entry that names less may stand for more: a domain alone for every mailbox of that
 * domain, an address alone for that mailbox of every domain, and `{}`, a request without recipients, for all of them.
 */
export function toOverlap({ domain, email }: Recipient): Overlap {
  const name = domain === undefined ? undefined : withoutWildcard(domain).toLowerCase();
  const mailbox = email === undefined ? undefined : toMailboxKey(email);
  if (name !== undefined && mailbox !== undefined) {
    // No domain has a space in it.
    const both = `${name} ${mailbox}`;
    return {
      marks: [both, `domain ${name}`, `mailbox ${mailbox}`, 'any'],
      conflictsWith: [both, `domain-alone ${name}`, `mailbox-alone ${mailbox}`, 'all'],
    };
  }
  if (name !== undefined) {
    return {
      marks: [`domain-alone ${name}`, `domain ${name}`, 'domain-alone', 'any'],
      conflictsWith: [`domain ${name}`, 'mailbox-alone', 'all'],
    };
  }
  if (mailbox !== undefined) {
    return {
      marks: [`mailbox-alone ${mailbox}`, `mailbox ${mailbox}`, 'mailbox-alone', 'any'],
      conflictsWith: [`mailbox ${mailbox}`, 'domain-alone', 'all'],
    };
  }
  return { marks: ['all', 'any'], conflictsWith: ['any'] };
}

/** ASCII without spaces and quotes: nearly all addresses, of which lower case is the whole key. */
const PLAIN = /^[!#-~]*$/;

/** One name per mailbox, of an address of bounded length: no mail server in use distinguishes letters' case or width, or quotes that are not needed. */
export function toMailboxKey(email: string): string {
  if (PLAIN.test(email)) {
    return email.toLowerCase();
  }
  // Each step may make room for another: below a wide quotation mark is a mailbox in quotes.
  for (let key = email; ; ) {
    const next = fold(key.startsWith('"') ? unquote(key) : key);
    if (next === key) {
      return key;
    }
    key = next;
  }
}

/**
 * Compatibility forms and letters' case gone: repeated until nothing changes, NFKC and full case folding (Unicode
 * 3.13). Capitals first, because only they make one of what folding does, such as ß and ss; not of the dotless i,
 * whose capital is that of another letter.
 */
function fold(text: string): string {
  const capitals = text.normalize('NFKC').replace(/[^ı]+/g, (part) => part.toUpperCase());
  return capitals.toLowerCase().normalize('NFKC');
}

function unquote(email: string): string {
  const at = email.lastIndexOf('@');
  const mailbox = email.slice(0, at);
  return mailbox.length > 1 && mailbox.endsWith('"')
    ? `${mailbox.slice(1, -1).replace(/\\(.)/gs, '$1')}${email.slice(at)}`
    : email;
}
