// The addresses a certificate authority accepts for a name without a published contact: five customary
// mailboxes at the name and at each parent (CA/Browser Forum Baseline Requirements, 3.2.2.4.4).
import { parseDnsName } from './dns-name';
import { parseEmailAddress } from './email-address';
import { getRegistrableDomain, withoutWildcard } from './parent-domain';

const MAILBOXES = ['admin', 'administrator', 'webmaster', 'hostmaster', 'postmaster'] as const;

/** Candidates of one domain; a name has five for each of its levels, and may have over a hundred of those. */
const MAX_APPROVER_EMAILS = 1_000;

interface ApproverEmail {
  readonly email: string;
  /** The name or parent that the mailbox is at. */
  readonly emailDomain: string;
}

/**
 * All candidates for some names, each once, for each name the most specific domain first, in the form that
 * goes back as `domainApprovalEmails`. None for an IP address, for a public suffix (ICANN's and private
 * ones, such as `co.uk` and `github.io`), for what is no DNS name, and where the address would be longer
 * than one may be. A leading `*.` does not count. {@link MAX_APPROVER_EMAILS} at most.
 */
export function listApproverEmails(names: readonly string[]): readonly ApproverEmail[] {
  const candidates = new Map<string, ApproverEmail>();
  for (const emailDomain of names.flatMap(listDomains)) {
    if (candidates.size >= MAX_APPROVER_EMAILS) {
      break;
    }
    for (const mailbox of MAILBOXES) {
      const email = parseEmailAddress(`${mailbox}@${emailDomain}`);
      if (email !== undefined) {
        candidates.set(email, { email, emailDomain });
      }
    }
  }
  return [...candidates.values()];
}

/** `a.b.example.com` -> `a.b.example.com`, `b.example.com`, `example.com`: down to what is registrable. */
function listDomains(name: string): readonly string[] {
  const base = parseDnsName(withoutWildcard(name));
  const registrable = base && getRegistrableDomain(base);
  if (!base || !registrable) {
    return [];
  }
  const labels = base.split('.');
  const parents = labels.length - registrable.split('.').length;
  return Array.from({ length: parents + 1 }, (_, index) => labels.slice(index).join('.'));
}
