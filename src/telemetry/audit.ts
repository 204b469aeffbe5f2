// What the log says of each use case: caller, request and outcome. Of resends it is the audit trail.
// Addresses are personal, so they are told apart by a keyed hash unless a setting says otherwise.
import { createHmac, randomBytes } from 'node:crypto';
import { LRUCache } from 'lru-cache';
import type { Logger } from 'pino';
import type { UpstreamDiagnostics } from '../domain/outcome';
import { toMailboxKey } from '../domain/recipient';
import { isOrderId } from '../domain/resend-request';
import type { UseCaseCompleted, UseCaseStarted } from '../domain/use-case-events';

export const AUDITED_ADDRESSES = ['hashed', 'plain'] as const;

export interface AuditSettings {
  readonly addresses: (typeof AUDITED_ADDRESSES)[number];
  /** With it one can find out whether a hash is that of a known address. Default: a random one, made at start. */
  readonly hashKey: string | undefined;
}

const EVENTS = {
  resend: { event: 'resend.completed', message: 'resend completed' },
  'read order': { event: 'order.read', message: 'read' },
  'list orders': { event: 'orders.listed', message: 'read' },
} as const;

/** Reads the start of a use case, and then its outcome. */
type Audit = (started: UseCaseStarted) => (completed: UseCaseCompleted) => void;

export function createAudit(settings: AuditSettings, log: Logger): Audit {
  if (log.level === 'silent') {
    return () => () => {};
  }
  const nameAddress = createAddressField(settings);
  // What happened to people's mailboxes is logged even where only errors are logged.
  const auditLog = log.child({}, { level: 'info' });
  return ({ useCase, orderId, caller }) => {
    const { event, message } = EVENTS[useCase];
    const { correlationId, address } = caller;
    // Before anything is sent: what goes wrong here must not take the event of a sent email with it.
    const callerAddress = nameAddress(address);
    const subject = caller.subject?.includes('@')
      ? nameAddress(toMailboxKey(caller.subject))
      : caller.subject;
    return ({ outcome, request, durationMs }) => {
      const isResend = useCase === 'resend';
      if (!outcome && !isResend) {
        // The masked error is logged in its place.
        return;
      }
      const diagnostics = outcome && 'diagnostics' in outcome ? outcome.diagnostics : undefined;
      const reason = outcome && 'reason' in outcome ? outcome.reason : undefined;
      // Written out, in one place: putting an object together from parts takes as long as writing the line.
      const fields = {
        event,
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
        reason,
        emailsMayHaveBeenSent:
          outcome && 'emailsMayHaveBeenSent' in outcome ? outcome.emailsMayHaveBeenSent : undefined,
        scope: outcome && 'scope' in outcome ? outcome.scope : undefined,
        upstreamStatus: diagnostics?.status,
        upstreamErrorCode: diagnostics?.errorCode,
        upstreamAttempts: diagnostics?.attempts,
        digicertCodes: diagnostics?.digicertErrors?.map((error) => error.code),
        durationMs: Math.round(durationMs),
      };
      const useCaseLog = isResend ? auditLog : log;
      if (outcome === undefined) {
        // What went wrong is logged with the masked error, under the same correlation id.
        useCaseLog.error(fields, 'resend failed unexpectedly');
      } else if (reason === 'CREDENTIALS_REJECTED' || reason === 'MISCONFIGURED') {
        // To be alerted on: only the gateway's operators can fix it.
        useCaseLog.error(fields, describeFault(diagnostics));
      } else {
        useCaseLog.info(fields, message);
      }
      if (isResend && outcome?.kind === 'access-denied' && outcome.permissionMissing) {
        log.warn(
          { event: 'digicert.permission-missing', correlationId },
          'DigiCert says that the API key lacks a permission: for this order, or for all if its role is View only',
        );
      }
    };
  };
}

/** The id, if it is one: what is none could be anything, of any length. */
export function toOrderField(orderId: string): string | undefined {
  return isOrderId(orderId) ? orderId : undefined;
}

function describeFault({ status, errorCode }: UpstreamDiagnostics = {}): string {
  if (status !== undefined) {
    return 'DigiCert refuses the gateway itself: check DIGICERT_API_KEY and DIGICERT_BASE_URL';
  }
  return errorCode?.startsWith('PROXY_')
    ? 'the proxy of HTTPS_PROXY refuses the gateway: nothing was sent'
    : 'the certificate of DIGICERT_BASE_URL is not trusted: nothing was sent to it';
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
