// The addresses a certificate authority accepts for a name without asking anybody: five customary
// mailboxes at the name and at each parent (CA/Browser Forum Baseline Requirements, 3.2.2.4.4).
import { getDomain } from 'tldts';
import { parseDnsName } from './dns-name';

const MAILBOXES = ['admin', 'administrator', 'webmaster', 'hostmaster', 'postmaster'] as const;

export interface ApproverEmail {
  readonly email: string;
  /** The name or parent that the mailbox is at. */
  readonly emailDomain: string;
}

/**
 * All candidates for a name, most specific domain first, in the form that goes back as
 * `domainApprovalEmails`. Empty for an IP address, for a public suffix (ICANN's and private ones, such as
 * `co.uk` and `github.io`) and for what is no DNS name. A leading `*.` does not count.
 */
export function listApproverEmails(name: string): readonly ApproverEmail[] {
  const base = parseDnsName(name.replace(/^\*\./, ''));
  const registrable = base && getDomain(base, { allowPrivateDomains: true });
  if (!base || !registrable) {
    return [];
  }
  return listDomains(base, registrable).flatMap((emailDomain) =>
    MAILBOXES.map((mailbox) => ({ email: `${mailbox}@${emailDomain}`, emailDomain })),
  );
}

/** `a.b.example.com`, `example.com` -> `a.b.example.com`, `b.example.com`, `example.com`. */
function listDomains(name: string, registrable: string): readonly string[] {
  const labels = name.split('.');
  const parents = labels.length - registrable.split('.').length;
  return Array.from({ length: parents + 1 }, (_, index) => labels.slice(index).join('.'));
}
