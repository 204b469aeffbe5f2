// Who gets an email: what makes two entries of a list the same email, however they are spelt.
import type { Recipient } from './outcome';

/**
 * Names the email an entry stands for. A mailbox gets one for each domain it approves; `emailDomain`
 * makes no other one of it.
 */
export function toRecipientKey({ domain, email }: Recipient): string {
  // No domain has a space in it.
  return `${domain?.toLowerCase() ?? ''} ${email === undefined ? '' : toMailboxKey(email)}`;
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
