// Who was mailed a moment ago is left alone: each recipient of an order is held while a resend is under
// way, and for the cool-down after it unless nothing was sent.
import type { Cooldown } from '../domain/limits';
import type { DomainApprovalEmail } from '../domain/outcome';
import { toRecipientKey } from '../domain/recipient';
import type { ResendRequest } from '../domain/resend-request';
import { toKey } from './key';
import type { LimitStore } from './limit-store';
import { toRetryAfterSeconds } from './retry-after-seconds';

export interface CooldownOptions {
  readonly store: LimitStore;
  /** 0: no cool-down. */
  readonly cooldownMs: number;
  /** Milliseconds that a resend takes at most. */
  readonly timeoutMs: number;
  /** Names a resend; unique among all who share the store. */
  readonly createId: () => string;
}

export function createCooldown(options: CooldownOptions): Cooldown {
  const { store, cooldownMs, timeoutMs, createId } = options;
  return {
    begin: async (request) => {
      if (cooldownMs === 0) {
        return { ok: true, pass: { keep: () => {}, release: () => {} } };
      }
      const keys = toRecipientKeys(request);
      const holder = createId();
      const leftMs = await store.hold(keys, holder, timeoutMs + cooldownMs);
      if (leftMs > 0) {
        // While a resend is under way it is held for longer than anybody has to wait after it.
        return { ok: false, retryAfterSeconds: toRetryAfterSeconds(Math.min(leftMs, cooldownMs)) };
      }
      return {
        ok: true,
        pass: {
          keep: () => void store.keep(keys, holder, cooldownMs),
          release: () => void store.release(keys, holder),
        },
      };
    },
  };
}

/** One key per email. Without recipients DigiCert mails those it knows, the same ones every time. */
function toRecipientKeys({ orderId, domainApprovalEmails = [] }: ResendRequest): readonly string[] {
  // DigiCert's ids are numbers to it: leading zeros name no other order.
  const order = orderId.replace(/^0+(?=\d)/, '');
  const recipients: readonly DomainApprovalEmail[] =
    domainApprovalEmails.length > 0 ? domainApprovalEmails : [{}];
  const keys = recipients.map((recipient) => {
    // A wildcard is validated at its base.
    const domain = recipient.domain?.replace(/^\*\./, '');
    return toKey(order, toRecipientKey({ ...recipient, ...(domain && { domain }) }));
  });
  return [...new Set(keys)];
}
