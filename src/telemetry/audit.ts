// The audit trail: one event per attempt to resend emails, which tells who wanted what and what came of
// it. Addresses are personal, so they are told apart by a keyed hash unless a setting says otherwise.
import { createHmac, randomBytes } from 'node:crypto';
import type { Logger } from 'pino';
import type { Caller } from '../domain/caller';
import type { Clock } from '../domain/clock';
import { parseEmailAddress } from '../domain/email-address';
import type { ResendOutcome } from '../domain/outcome';
import { toMailboxKey } from '../domain/recipient';
import type { Resend } from '../domain/resend';
import type { ResendInput } from '../domain/resend-request';
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
  // What happened to people's mailboxes is told even where only errors are logged.
  const auditLog = log.level === 'silent' ? log : log.child({}, { level: 'info' });
  const toAddressFact = createAddressFact(settings);
  return async (orderId, input, caller) => {
    const startedAt = clock.now();
    const callFacts = {
      event: 'resend.completed',
      ...toCallerFacts(caller, toAddressFact),
      ...toOrderFact(orderId),
    };
    const outcome = await resend(orderId, input, caller).catch((error: unknown) => {
      // What went wrong is logged with the masked error, under the same correlation id.
      auditLog.error({ ...callFacts, outcome: 'unexpected-error' }, 'resend failed unexpectedly');
      throw error;
    });
    const facts = {
      ...callFacts,
      recipients: toRecipients(input, outcome, toAddressFact),
      ...toOutcomeFacts(outcome),
      durationMs: clock.now() - startedAt,
    };
    const failure = outcome.kind === 'upstream-failed' ? outcome.reason : undefined;
    logOutcome(auditLog, facts, 'resend completed', failure);
    return outcome;
  };
}

type AddressFact = (address: string) => string;

/** Characters of a hash: 96 bits, so that two addresses never share one. */
const HASH_LENGTH = 16;

function createAddressFact({ addresses, hashKey }: AuditSettings): AddressFact {
  if (addresses === 'plain') {
    return (address) => address;
  }
  const key = hashKey ?? randomBytes(32);
  return (address) =>
    createHmac('sha256', key).update(address).digest('base64url').slice(0, HASH_LENGTH);
}

function toCallerFacts(caller: Caller, toFact: AddressFact): object {
  const { correlationId, subject, address } = caller;
  return {
    correlationId,
    subject: subject?.includes('@') ? toFact(toMailboxKey(subject)) : subject,
    callerAddress: toFact(address),
  };
}

/** Who was to be mailed. What failed the local check could be anything, of any length. */
function toRecipients(
  input: ResendInput | null | undefined,
  outcome: ResendOutcome,
  toFact: AddressFact,
): readonly object[] | undefined {
  if (outcome.kind === 'invalid-input' && outcome.issues.length > 0) {
    return undefined;
  }
  return input?.domainApprovalEmails?.map(({ domain, email }) => ({
    ...(domain != null && { domain }),
    // One hash per mailbox, however it is spelt.
    ...(email != null && { email: toFact(toMailboxKey(parseEmailAddress(email) ?? email)) }),
  }));
}

function toOutcomeFacts(outcome: ResendOutcome): object {
  const { kind, evidence } = outcome;
  return {
    outcome: kind,
    ...toReasonFacts(outcome),
    upstreamStatus: evidence?.status,
    upstreamErrorCode: evidence?.errorCode,
    upstreamAttempts: evidence?.attempts,
    digicertCodes: evidence?.digicertErrors?.map((error) => error.code),
  };
}

function toReasonFacts(outcome: ResendOutcome): object {
  switch (outcome.kind) {
    case 'upstream-failed':
      return {
        reason: outcome.reason,
        emailsMayHaveBeenSent: outcome.emailsMayHaveBeenSent,
      };
    case 'order-not-eligible':
      return { reason: outcome.reason };
    case 'rate-limited':
      return { scope: outcome.scope };
    default:
      return {};
  }
}
