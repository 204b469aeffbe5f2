// Who gets an email: what makes two entries of a list the same email, however they are spelt.
import type { DomainApprovalEmail } from './outcome';

/**
 * Names the email an entry stands for. A mailbox gets one for each domain it approves; `emailDomain`
 * makes no other one of it.
 */
export function toRecipientKey({ domain, email }: DomainApprovalEmail): string {
  // No domain has a space in it.
  return `${domain?.toLowerCase() ?? ''} ${email === undefined ? '' : toMailboxKey(email)}`;
}

/** One name per mailbox: no mail server in use tells letters' case, or quotes that need not be, apart. */
export function toMailboxKey(email: string): string {
  return (email.startsWith('"') ? unquote(email) : email).normalize('NFC').toLowerCase();
}

function unquote(email: string): string {
  const at = email.lastIndexOf('@');
  const mailbox = email.slice(0, at);
  return mailbox.length > 1 && mailbox.endsWith('"')
    ? `${mailbox.slice(1, -1).replace(/\\(.)/gs, '$1')}${email.slice(at)}`
    : email;
}
