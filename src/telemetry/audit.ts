// The audit trail: one event per attempt to resend emails, which tells who wanted what and what came of
// it. Addresses are personal, so they are told apart by a keyed hash unless a setting says otherwise.
import { randomBytes } from 'node:crypto';
import type { Logger } from 'pino';
import type { Clock } from '../domain/clock';
import { parseEmailAddress } from '../domain/email-address';
import type { ResendOutcome } from '../domain/outcome';
import { toMailboxKey } from '../domain/recipient';
import { remember } from '../domain/remember';
import type { Resend } from '../domain/resend';
import type { ResendInput } from '../domain/resend-request';
import { createKeyedHash } from './keyed-hash';
import { logOutcome, toOrderFact } from './log-outcome';

export const AUDITED_ADDRESSES = ['hashed', 'plain'] as const;

export type AuditedAddresses = (typeof AUDITED_ADDRESSES)[number];

export interface AuditSettings {
  readonly addresses: AuditedAddresses;
  /** Whoever has it can find out whether an address was meant. Default: one that nobody knows, made at start. */
  readonly hashKey: string | undefined;
}

export interface AuditDependencies {
  readonly log: Logger;
  readonly clock: Clock;
}

export function auditResend(
  resend: Resend,
  settings: AuditSettings,
  { log, clock }: AuditDependencies,
): Resend {
  if (log.level === 'silent') {
    return resend;
  }
  // What happened to people's mailboxes is told even where only errors are logged.
  const auditLog = log.child({}, { level: 'info' });
  const toAddressFact = createAddressFact(settings);
  return async (orderId, input, caller) => {
    const startedAt = clock.monotonicMs();
    const { correlationId, subject, address } = caller;
    // Before anything is sent: what goes wrong here must not take the event of a sent email with it.
    const subjectFact = subject?.includes('@') ? toAddressFact(toMailboxKey(subject)) : subject;
    const callerAddress = toAddressFact(address);
    let outcome: ResendOutcome | undefined;
    try {
      outcome = await resend(orderId, input, caller);
      return outcome;
    } finally {
      // Written out, in one place: putting an object together from parts takes as long as writing the line.
      const facts = {
        event: 'resend.completed',
        correlationId,
        subject: subjectFact,
        callerAddress,
        orderId: toOrderFact(orderId),
        recipients: outcome && toRecipients(input, outcome, toAddressFact),
        outcome: outcome?.kind ?? 'unexpected-error',
        reason: outcome && 'reason' in outcome ? outcome.reason : undefined,
        emailsMayHaveBeenSent:
          outcome && 'emailsMayHaveBeenSent' in outcome ? outcome.emailsMayHaveBeenSent : undefined,
        scope: outcome && 'scope' in outcome ? outcome.scope : undefined,
        upstreamStatus: outcome?.evidence?.status,
        upstreamErrorCode: outcome?.evidence?.errorCode,
        upstreamAttempts: outcome?.evidence?.attempts,
        digicertCodes: outcome?.evidence?.digicertErrors?.map((error) => error.code),
        durationMs: clock.monotonicMs() - startedAt,
      };
      if (outcome === undefined) {
        // What went wrong is logged with the masked error, under the same correlation id.
        auditLog.error(facts, 'resend failed unexpectedly');
      } else {
        const failure = outcome.kind === 'upstream-failed' ? outcome.reason : undefined;
        logOutcome(auditLog, facts, 'resend completed', failure);
      }
    }
  };
}

type AddressFact = (address: string) => string;

/** Characters of a hash: 96 bits, so that two addresses never share one. */
const HASH_LENGTH = 16;

/** Some minutes' callers and mailboxes, in a few hundred kilobytes. */
const MAX_KNOWN_ADDRESSES = 1_000;

function createAddressFact({ addresses, hashKey }: AuditSettings): AddressFact {
  if (addresses === 'plain') {
    return (address) => address;
  }
  const hash = createKeyedHash(hashKey ?? randomBytes(32));
  // The same callers come again and again.
  return remember(MAX_KNOWN_ADDRESSES, (address) => hash(address).slice(0, HASH_LENGTH));
}

/**
 * Who was to be mailed. What failed the local check could be anything, of any length. And what a limit refused went to
 * none of them: a caller that is refused may come a thousand times.
 */
function toRecipients(
  input: ResendInput | null | undefined,
  outcome: ResendOutcome,
  toFact: AddressFact,
): readonly object[] | undefined {
  const isUnchecked = outcome.kind === 'invalid-input' && outcome.issueCount > 0;
  if (isUnchecked || outcome.kind === 'rate-limited') {
    return undefined;
  }
  return input?.domainApprovalEmails?.map(({ domain, email }) => ({
    ...(domain != null && { domain }),
    // One hash per mailbox, however it is spelt.
    ...(email != null && { email: toFact(toMailboxKey(parseEmailAddress(email) ?? email)) }),
  }));
}
