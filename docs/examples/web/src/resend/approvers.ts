// Who may approve a domain: what is customary, and what DNS says of it once it is looked up.
import type { CertificateOrderApproversQuery } from 'dv-email-gateway/client';
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

/** The customary addresses in the gateway's order, then those that the domain publishes beside them. */
export function toApprovers(domain: Domain, lookedUp: LookedUp | undefined): readonly Approver[] {
  const { approverEmails: known = [], txtContactEmails: contacts } = lookedUp ?? {};
  const customary = domain.approverEmails.map(({ email, emailDomain }) => ({
    email,
    emailDomain,
    mailServer: known.find((other) => other.email === email)?.mailServer,
    isPublished: contacts?.some((contact) => contact.email === email) ?? false,
  }));
  const others = contacts?.filter(({ email }) => customary.every((other) => other.email !== email));
  return [...customary, ...(others ?? []).map((contact) => ({ ...contact, isPublished: true }))];
}

/** Those that mail cannot reach come last. */
export function byUse(approvers: readonly Approver[]): readonly Approver[] {
  const reaches = ({ mailServer }: Approver) => mailServer !== 'NONE';
  return [...approvers.filter(reaches), ...approvers.filter((approver) => !reaches(approver))];
}

/** What a person has to know of an address before choosing it; undefined: nothing. */
export function describeApprover({ email, mailServer, isPublished }: Approver): string | undefined {
  const mailDomain = email.slice(email.lastIndexOf('@') + 1);
  const notes = [
    isPublished && 'Published in DNS for approvals',
    mailServer === 'NONE' && `${mailDomain} has no mail server: DigiCert sends nothing there`,
    mailServer === 'UNKNOWN' && `${mailDomain} may or may not have a mail server`,
  ].filter(Boolean);
  return notes.length > 0 ? notes.join(', and ') : undefined;
}

/** Why a domain has no customary addresses. */
export function explainUnavailable({
  approverEmailsUnavailable: reason,
}: Domain): string | undefined {
  switch (reason) {
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
