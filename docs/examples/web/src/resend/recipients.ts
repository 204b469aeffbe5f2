// The form's fields and the mutation's list of recipients: one to the other, and an issue's path back again.
import type { DomainApprovalEmailInput, ResendDvEmailsResult } from 'dv-email-gateway/client';
import type { Domain } from '../order/order-details';

export const ORDER_ID_FIELD = 'order-id';
export const LOCALE_FIELD = 'locale';
export const approverField = (domain: number, approver: number) =>
  `domain-${domain}-approver-${approver}`;
export const otherField = (domain: number) => `domain-${domain}-other`;

/** One entry of the list, and the field it was read from. */
export interface Recipient {
  readonly field: string;
  readonly entry: DomainApprovalEmailInput;
}

export type Member<Name extends ResendDvEmailsResult['__typename']> = Extract<
  ResendDvEmailsResult,
  { __typename: Name }
>;

type Issue = Member<'ResendDvEmailsInvalidInputError'>['issues'][number];

export function readRecipients(form: FormData, domains: readonly Domain[]): Recipient[] {
  return domains.flatMap((domain, index) => {
    const chosen = domain.approverEmails
      .map(({ email }, approver) => ({ field: approverField(index, approver), email }))
      .filter(({ field }) => form.has(field));
    const other = { field: otherField(index), email: readText(form, otherField(index)) };
    return [...chosen, other]
      .filter(({ email }) => email !== '')
      .map(({ field, email }) => ({ field, entry: { domain: domain.name, email } }));
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
  result: ResendDvEmailsResult,
  recipients: readonly Recipient[],
): ReadonlyMap<string, string> {
  const issues = result.__typename === 'ResendDvEmailsInvalidInputError' ? result.issues : [];
  return new Map(
    issues.flatMap((issue) => {
      const field = findField(issue, recipients);
      return field ? [[field, issue.message] as const] : [];
    }),
  );
}
