// The addresses a certificate authority accepts for a name without a published contact: five customary mailboxes at
// the name and at each parent (CA/Browser Forum Baseline Requirements, 3.2.2.4.4; docs/decisions/0019-approvers.md).
import isIP from 'validator/lib/isIP';
import { parseDnsName } from './dns-name';
import { parseEmailAddress } from './email-address';
import { getRegistrableDomain, isTopLevelDomain, withoutWildcard } from './parent-domain';

const MAILBOXES = ['admin', 'administrator', 'webmaster', 'hostmaster', 'postmaster'] as const;

/** Names that one domain of an order is approved at; a single name may have over a hundred levels. */
const MAX_DOMAINS = 200;

export interface ApproverEmail {
  readonly email: string;
  /** The name or parent that the address can approve for. */
  readonly emailDomain: string;
}

/** Why a domain has no candidates. */
export type ApproverEmailsUnavailable = 'IP_ADDRESS' | 'PUBLIC_SUFFIX' | 'NOT_A_DOMAIN_NAME';

/**
 * All candidates for some names, each once, for each name the registrable domain first, in the form that goes back as
 * `domainApprovalEmails`. None at `www.`, where hardly any mail is received, unless that is what was registered, and
 * where the address would be longer than one may be. A leading `*.` and the root's dot do not count.
 */
export function listApproverEmails(names: readonly string[]): readonly ApproverEmail[] {
  const mailDomains = listDomains(names).filter(
    (domain) => !domain.startsWith('www.') || domain === getRegistrableDomain(domain),
  );
  return mailDomains.flatMap((emailDomain) =>
    MAILBOXES.flatMap((mailbox) => {
      const email = parseEmailAddress(`${mailbox}@${emailDomain}`);
      return email === undefined ? [] : [{ email, emailDomain }];
    }),
  );
}

/** `undefined` where there are some; else the reason of the first name. */
export function explainNoApproverEmails(
  names: readonly string[],
): ApproverEmailsUnavailable | undefined {
  if (listDomains(names).length > 0) {
    return undefined;
  }
  const name = toBareName(names[0] ?? '');
  if (isIP(name)) {
    return 'IP_ADDRESS';
  }
  const isSuffix = parseDnsName(name) !== undefined || isTopLevelDomain(name);
  return isSuffix ? 'PUBLIC_SUFFIX' : 'NOT_A_DOMAIN_NAME';
}

/** What names may be approved at, each once: their Authorization Domain Names. {@link MAX_DOMAINS} at most. */
export function listDomains(names: readonly string[]): readonly string[] {
  return [...new Set(names.flatMap(listLevels))].slice(0, MAX_DOMAINS);
}

/** `a.b.example.com` -> `example.com`, `b.example.com`, `a.b.example.com`: from what is registrable. */
function listLevels(name: string): readonly string[] {
  const bare = toBareName(name);
  // Such a label is in no mail domain, and so is none of the levels from there on.
  const underscore = bare.lastIndexOf('_');
  const base = parseDnsName(
    underscore === -1 ? bare : bare.slice(bare.indexOf('.', underscore) + 1),
  );
  const registrable = base && getRegistrableDomain(base);
  if (!base || !registrable) {
    return [];
  }
  const labels = base.split('.');
  const shortest = registrable.split('.').length;
  return Array.from({ length: labels.length - shortest + 1 }, (_, index) =>
    labels.slice(-(shortest + index)).join('.'),
  );
}

function toBareName(name: string): string {
  return withoutWildcard(name).replace(/\.$/, '');
}
