// The audit trail: one event per attempt to resend emails, with caller, request and
// outcome. Addresses are personal, so they are told apart by a keyed hash unless a setting says otherwise.
import { createHmac, randomBytes } from 'node:crypto';
import { LRUCache } from 'lru-cache';
import type { Logger } from 'pino';
import type { Caller } from '../domain/caller';
import { toMailboxKey } from '../domain/recipient';
import type { UseCaseCompleted, UseCaseStarted } from '../domain/use-case-events';
import { logOutcome, toOrderField } from './log-events';

export const AUDITED_ADDRESSES = ['hashed', 'plain'] as const;

export interface AuditSettings {
  readonly addresses: (typeof AUDITED_ADDRESSES)[number];
  /** With it one can find out whether a hash is that of a known address. Default: a random one, made at start. */
  readonly hashKey: string | undefined;
}

/** Who called, as events name it: a subject that is an email address, and the IP address, as any address is logged. */
interface CallerFields {
  readonly subject: string | undefined;
  readonly callerAddress: string;
}

/** How events name addresses and callers. */
export function createNaming(settings: AuditSettings) {
  const nameAddress = createAddressField(settings);
  const nameCaller = ({ subject, address }: Caller): CallerFields => ({
    subject: subject?.includes('@') ? nameAddress(toMailboxKey(subject)) : subject,
    callerAddress: nameAddress(address),
  });
  return { nameAddress, nameCaller };
}

/** Reads the start of a resend, and then its outcome. */
type Audit = (started: UseCaseStarted) => (completed: UseCaseCompleted) => void;

export function createAudit(
  { nameAddress, nameCaller }: ReturnType<typeof createNaming>,
  log: Logger,
): Audit {
  if (log.level === 'silent') {
    return () => () => {};
  }
  // What happened to people's mailboxes is logged even where only errors are logged.
  const auditLog = log.child({}, { level: 'info' });
  return ({ orderId, caller }) => {
    const { correlationId } = caller;
    // Before anything is sent: what goes wrong here must not take the event of a sent email with it.
    const { subject, callerAddress } = nameCaller(caller);
    return ({ outcome, request, durationMs }) => {
      const diagnostics = outcome && 'diagnostics' in outcome ? outcome.diagnostics : undefined;
      // Written out, in one place: putting an object together from parts takes as long as writing the line.
      const fields = {
        event: 'resend.completed',
        correlationId,
        subject,
        callerAddress,
        orderId: toOrderField(orderId),
        recipients: request?.domainApprovalEmails?.map(({ domain, email }) => ({
          domain,
          // One hash per mailbox, however it is spelt.
          email: email && nameAddress(toMailboxKey(email)),
        })),
        outcome: outcome?.kind ?? 'unexpected-error',
        reason: outcome && 'reason' in outcome ? outcome.reason : undefined,
        emailsMayHaveBeenSent:
          outcome && 'emailsMayHaveBeenSent' in outcome ? outcome.emailsMayHaveBeenSent : undefined,
        scope: outcome && 'scope' in outcome ? outcome.scope : undefined,
        upstreamStatus: diagnostics?.status,
        upstreamErrorCode: diagnostics?.errorCode,
        upstreamAttempts: diagnostics?.attempts,
        digicertCodes: diagnostics?.digicertErrors?.map((error) => error.code),
        durationMs: Math.round(durationMs),
      };
      if (outcome === undefined) {
        // What went wrong is logged with the masked error, under the same correlation id.
        auditLog.error(fields, 'resend failed unexpectedly');
      } else {
        logOutcome(auditLog, fields, 'resend completed', outcome);
      }
      if (outcome?.kind === 'access-denied' && outcome.permissionMissing) {
        log.warn(
          { event: 'digicert.permission-missing', correlationId },
          'DigiCert says that the API key lacks a permission: for this order, or for all if its role is View only',
        );
      }
    };
  };
}

/** Characters of a hash: 96 bits, so that two addresses never share one. */
const HASH_LENGTH = 16;

/** Remembered: a router's address is in every event, and one request may read a hundred orders. */
const MAX_HASHES = 1_000;

function createAddressField({ addresses, hashKey }: AuditSettings): (address: string) => string {
  if (addresses === 'plain') {
    return (address) => address;
  }
  const key = hashKey ?? randomBytes(32);
  const toHash = (address: string) =>
    createHmac('sha256', key).update(address).digest('base64url').slice(0, HASH_LENGTH);
  const hashes = new LRUCache<string, string>({ max: MAX_HASHES, memoMethod: toHash });
  return (address) => hashes.memo(address);
}
