// Who may approve a domain: what is customary, and what DNS says of it once it is looked up.
import type { CertificateOrderApproversQuery } from 'dv-email-gateway-client';
import type { Domain } from '../order/order-details';

type LookedUpOrder = NonNullable<CertificateOrderApproversQuery['certificateOrder']>;

/** A domain of the order after the look-ups. */
export type LookedUp = NonNullable<LookedUpOrder['domains']>[number];

export interface Approver {
  readonly email: string;
  readonly emailDomain: string;
  /** Of an open set; undefined until it is looked up. */
  readonly mailServer: string | null | undefined;
  /** Whether the domain publishes the address in DNS. */
  readonly isPublished: boolean;
}

/** The customary addresses in the gateway's order, then those that the domain publishes beside them; each once. */
export function toApprovers(domain: Domain, lookedUp: LookedUp | undefined): readonly Approver[] {
  const known = lookedUp?.approverEmails ?? [];
  const contacts = lookedUp?.txtContactEmails ?? [];
  const customary = domain.approverEmails.map(({ email, emailDomain }) => ({
    email,
    emailDomain,
    mailServer: known.find((other) => other.email === email)?.mailServer,
    isPublished: contacts.some((contact) => contact.email === email),
  }));
  const published = contacts.map((contact) => ({ ...contact, isPublished: true }));
  // A contact may be a customary address, and be published at several names.
  const approvers = [...customary, ...published];
  return approvers.filter(
    ({ email }, index) => approvers.findIndex((other) => other.email === email) === index,
  );
}

/** Those that mail reaches come first, those that it cannot reach last; those that are published before others. */
export function byUse(approvers: readonly Approver[]): readonly Approver[] {
  const rank = (approver: Approver) =>
    (isUnreachable(approver) ? 4 : Number(isUnknown(approver)) * 2) + Number(!approver.isPublished);
  return [...approvers].sort((one, other) => rank(one) - rank(other));
}

export function isUnreachable({ mailServer }: Pick<Approver, 'mailServer'>): boolean {
  return mailServer === 'NONE';
}

/** Looked up, and not known: also a value that is newer than this page. */
function isUnknown({ mailServer }: Approver): boolean {
  return mailServer !== undefined && mailServer !== 'FOUND' && mailServer !== 'NONE';
}

/** What a person has to know of an address before choosing it; undefined: nothing. */
export function describeApprover(approver: Approver): string | undefined {
  const { email, isPublished } = approver;
  const mailDomain = email.slice(email.lastIndexOf('@') + 1);
  const notes = [
    isPublished && 'Published in DNS for approvals',
    isUnreachable(approver) && `${mailDomain} has no mail server: DigiCert sends nothing there`,
    isUnknown(approver) &&
      `${isPublished ? 'it' : 'It'} could not be checked whether ${mailDomain} has a mail server`,
  ].filter(Boolean);
  return notes.length > 0 ? notes.join(', and ') : undefined;
}

/** Why a domain has no customary addresses. */
export function explainUnavailable(domain: Domain): string | undefined {
  switch (domain.approverEmailsUnavailable) {
    case null:
      return undefined;
    case 'IP_ADDRESS':
      return 'It is an IP address, which emails cannot approve.';
    case 'PUBLIC_SUFFIX':
      return 'Names below it belong to different owners, so no address is customary for it.';
    case 'NOT_A_DOMAIN_NAME':
      return 'DigiCert names no domain here, so no address is known for it.';
    default:
      return 'No address is customary for it.';
  }
}
