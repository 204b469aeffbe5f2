// The audit trail: one event per attempt to resend emails, with caller, request and
// outcome. Addresses are personal, so they are told apart by a keyed hash unless a setting says otherwise.
import { createHmac, randomBytes } from 'node:crypto';
import type { Logger } from 'pino';
import { toMailboxKey } from '../domain/recipient';
import type { UseCaseCompleted, UseCaseStarted } from '../domain/use-case-events';
import { logOutcome, toOrderField } from './log-events';

export const AUDITED_ADDRESSES = ['hashed', 'plain'] as const;

export interface AuditSettings {
  readonly addresses: (typeof AUDITED_ADDRESSES)[number];
  /** With it one can find out whether a hash is that of a known address. Default: a random one, made at start. */
  readonly hashKey: string | undefined;
}

/** Reads the start of a resend, and then its outcome. */
type Audit = (started: UseCaseStarted) => (completed: UseCaseCompleted) => void;

export function createAudit(settings: AuditSettings, log: Logger): Audit {
  if (log.level === 'silent') {
    return () => () => {};
  }
  // What happened to people's mailboxes is logged even where only errors are logged.
  const auditLog = log.child({}, { level: 'info' });
  const toAddressField = createAddressField(settings);
  return ({ orderId, caller: { correlationId, subject, address } }) => {
    // Before anything is sent: what goes wrong here must not take the event of a sent email with it.
    const subjectField = subject?.includes('@') ? toAddressField(toMailboxKey(subject)) : subject;
    const callerAddress = toAddressField(address);
    return ({ outcome, request, durationMs }) => {
      const diagnostics = outcome && 'diagnostics' in outcome ? outcome.diagnostics : undefined;
      // Written out, in one place: putting an object together from parts takes as long as writing the line.
      const fields = {
        event: 'resend.completed',
        correlationId,
        subject: subjectField,
        callerAddress,
        orderId: toOrderField(orderId),
        recipients: request?.domainApprovalEmails?.map(({ domain, email }) => ({
          domain,
          // One hash per mailbox, however it is spelt.
          email: email && toAddressField(toMailboxKey(email)),
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

function createAddressField({ addresses, hashKey }: AuditSettings): (address: string) => string {
  if (addresses === 'plain') {
    return (address) => address;
  }
  const key = hashKey ?? randomBytes(32);
  return (address) =>
    createHmac('sha256', key).update(address).digest('base64url').slice(0, HASH_LENGTH);
}
