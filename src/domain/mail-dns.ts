// What DNS says about approving by email: whether a mail domain has a mail server, and the contacts a domain publishes
// (CA/Browser Forum Baseline Requirements, 3.2.2.4.14 and appendix A.2.1).
import { type ApproverEmail, listDomains } from './approver-emails';

/**
 * Of a name: for MX its mail servers, for TXT the email addresses that are a record each; some of them where there are
 * many, `[]` where there are none. `undefined`: not known. Never rejects.
 */
export type LookUp = (type: 'MX' | 'TXT', name: string) => Promise<readonly string[] | undefined>;

export type MailServer = 'FOUND' | 'NONE' | 'UNKNOWN';

const CONTACT_LABEL = '_validation-contactemail';

/** At an address's domain alone: without MX it would be the host itself (RFC 5321 section 5.1), which DigiCert does not mail. */
export async function findMailServer(email: string, lookUp: LookUp): Promise<MailServer> {
  const servers = await lookUp('MX', email.slice(email.lastIndexOf('@') + 1));
  if (servers === undefined) {
    return 'UNKNOWN';
  }
  return servers.length > 0 ? 'FOUND' : 'NONE';
}

/**
 * Contacts published for some names, in the form that goes back as `domainApprovalEmails`. They may be at any domain;
 * `emailDomain` is the one that publishes them. `undefined`: none was found, and not everything could be looked up.
 */
export async function readTxtContacts(
  names: readonly string[],
  lookUp: LookUp,
): Promise<readonly ApproverEmail[] | undefined> {
  const domains = listDomains(names);
  const found = await Promise.all(
    domains.map(async (emailDomain) => ({
      emailDomain,
      emails: await lookUp('TXT', `${CONTACT_LABEL}.${emailDomain}`),
    })),
  );
  const contacts = found.flatMap(({ emailDomain, emails = [] }) =>
    emails.map((email) => ({ email, emailDomain })),
  );
  const isComplete = found.every(({ emails }) => emails !== undefined);
  return contacts.length > 0 || isComplete ? contacts : undefined;
}
