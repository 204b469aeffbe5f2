// The limits of a request's recipients: each is mailed once in a cool-down.
import type { Recipient } from '../domain/outcome';
import { toRecipientKey } from '../domain/recipient';
import type { ResendRequest } from '../domain/resend-request';
import { type Limit, toKey } from './limit-store';

/** One for each email; none where there is no cool-down. Without recipients DigiCert mails those it knows. */
export function toRecipientLimits(
  { orderId, domainApprovalEmails = [] }: ResendRequest,
  cooldownMs: number,
): readonly Limit[] {
  if (cooldownMs === 0) {
    return [];
  }
  // DigiCert's ids are numbers to it: leading zeros name no other order.
  const order = orderId.replace(/^0+(?=\d)/, '');
  const recipients: readonly Recipient[] =
    domainApprovalEmails.length > 0 ? domainApprovalEmails : [{}];
  const keys = recipients.map((recipient) => {
    // A wildcard is validated at its base.
    const domain = recipient.domain?.replace(/^\*\./, '');
    return toKey(order, toRecipientKey({ ...recipient, ...(domain && { domain }) }));
  });
  const windows = [{ limit: 1, windowMs: cooldownMs }];
  return [...new Set(keys)].map((key) => ({ kind: 'recipient', key, windows }));
}
