// The form's fields and the mutation's list of recipients: one to the other, and an issue's path back again.
import type { DomainApprovalEmailInput, ResendDvEmailsResult } from 'dv-email-gateway-client';
import type { Domain } from '../order/order-details';
import { type Approver, isUnreachable } from './approvers';
import type { Attempt } from './use-resend';

export const ORDER_ID_FIELD = 'order-id';
export const LOCALE_FIELD = 'locale';
export const approverField = (domain: number, email: string) =>
  `domain-${domain}-approver-${encodeURIComponent(email)}`;
export const otherField = (domain: number) => `domain-${domain}-other`;

/** One entry of the list, and the field it was read from. */
export interface Recipient {
  readonly field: string;
  readonly entry: DomainApprovalEmailInput;
  /** Whether it was listed as one that mail cannot reach. */
  readonly isUnreachable: boolean;
}

export type Member<Name extends ResendDvEmailsResult['__typename']> = Extract<
  ResendDvEmailsResult,
  { __typename: Name }
>;

type Issue = Member<'ResendDvEmailsInvalidInputError'>['issues'][number];

export function readRecipients(
  form: FormData,
  domains: readonly Domain[],
  approvers: readonly (readonly Approver[])[],
): Recipient[] {
  return domains.flatMap((domain, index) => {
    const chosen = (approvers[index] ?? [])
      .map(({ email, emailDomain, mailServer }) => ({
        field: approverField(index, email),
        isUnreachable: isUnreachable({ mailServer }),
        // For an address at a parent; a wildcard is validated at its base.
        entry: {
          domain: domain.name,
          email,
          ...(domain.name && emailDomain !== domain.name.replace(/^\*\./, '') && { emailDomain }),
        },
      }))
      .filter(({ field }) => form.has(field));
    const field = otherField(index);
    const email = readText(form, field);
    return email === ''
      ? chosen
      : [...chosen, { field, isUnreachable: false, entry: { domain: domain.name, email } }];
  });
}

export function readText(form: FormData, field: string): string {
  return String(form.get(field) ?? '').trim();
}

/** The field that an issue is about; undefined where it is about none of this form's. */
export function findField({ path }: Issue, recipients: readonly Recipient[]): string | undefined {
  const [argument, inputField, index] = path;
  if (argument === 'orderId') {
    return ORDER_ID_FIELD;
  }
  if (inputField === 'locale') {
    return LOCALE_FIELD;
  }
  return inputField === 'domainApprovalEmails' ? recipients[Number(index)]?.field : undefined;
}

/** What is wrong with each field, by its name. */
export function findFaults(
  attempt: Attempt,
  recipients: readonly Recipient[],
): ReadonlyMap<string, string> {
  const issues =
    attempt.kind === 'answered' && attempt.result.__typename === 'ResendDvEmailsInvalidInputError'
      ? attempt.result.issues
      : [];
  return new Map(
    issues.flatMap((issue) => {
      const field = findField(issue, recipients);
      return field ? [[field, issue.message] as const] : [];
    }),
  );
}
