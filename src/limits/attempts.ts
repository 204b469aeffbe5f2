// Attempts to resend emails, by order: what keeps their recipients on cool-down, and what is remembered of them.
import type { Recipient } from '../domain/outcome';
import { toOverlap } from '../domain/recipient';
import { type AttemptOutcome, mayHaveSent, type ResendAttempt } from '../domain/resend-attempt';
import type { ResendRequest } from '../domain/resend-request';

export interface AttemptSettings {
  /** Milliseconds for which a recipient is not mailed again. 0: none. */
  readonly cooldownMs: number;
  /** Milliseconds for which the last attempt of an order that may have sent emails is remembered; not below the cool-down. */
  readonly rememberMs: number;
}

/** An attempt to be made. It conflicts with one whose marks are among those it conflicts with. */
export interface Attempt extends Pick<ResendAttempt, 'domains' | 'correlationId'> {
  /** Its id, as `toOrderKey` writes it. */
  readonly order: string;
  /** Of the recipients, as `toOverlap` names them. */
  readonly marks: readonly string[];
  readonly conflictsWith: readonly string[];
  readonly attemptedAtMs: number;
}

/** What is known of one: of one in progress, `atMs` is the latest moment at which it may send emails. */
export interface MadeAttempt
  extends Pick<Attempt, 'marks' | 'attemptedAtMs' | 'domains' | 'correlationId'> {
  readonly id: string;
  readonly atMs: number;
  readonly outcome: AttemptOutcome;
}

/** DigiCert's ids are numbers to it: leading zeros name no other order. */
export function toOrderKey(orderId: string): string {
  return orderId.replace(/^0+(?=\d)/, '');
}

export function toAttempt(
  { orderId, domainApprovalEmails = [] }: ResendRequest,
  correlationId: string,
  attemptedAtMs: number,
  { cooldownMs }: AttemptSettings,
): Attempt {
  const recipients: readonly Recipient[] =
    domainApprovalEmails.length > 0 ? domainApprovalEmails : [{}];
  // Without a cool-down nothing conflicts, and what would name every recipient is not kept.
  const overlaps = cooldownMs > 0 ? recipients.map(toOverlap) : [];
  return {
    order: toOrderKey(orderId),
    marks: toUnion(overlaps.map(({ marks }) => marks)),
    conflictsWith: toUnion(overlaps.map(({ conflictsWith }) => conflictsWith)),
    attemptedAtMs,
    domains: toUnion(recipients.map(({ domain }) => (domain === undefined ? [] : [domain]))),
    correlationId,
  };
}

/** What is in any of the lists, none of which has anything twice. */
function toUnion(lists: readonly (readonly string[])[]): readonly string[] {
  const [first = [], ...others] = lists;
  return others.length === 0 ? first : [...new Set(lists.flat())];
}

/** No more of an attempt than is needed: there may be very many. Nothing conflicts with one that sent nothing. */
export function toMadeAttempt(
  { marks, attemptedAtMs, domains, correlationId }: Attempt | MadeAttempt,
  { id, outcome, atMs }: Pick<MadeAttempt, 'id' | 'outcome' | 'atMs'>,
): MadeAttempt {
  const conflicting = mayHaveSent({ outcome }) ? marks : [];
  return { id, outcome, atMs, marks: conflicting, attemptedAtMs, domains, correlationId };
}

/** One whose time is over without an outcome: its process may have died. */
export function toResendAttempt(
  { attemptedAtMs, outcome, atMs, domains, correlationId }: MadeAttempt,
  nowMs: number,
): ResendAttempt {
  const isOverdue = outcome === 'IN_PROGRESS' && atMs <= nowMs;
  return {
    attemptedAt: new Date(attemptedAtMs),
    outcome: isOverdue ? 'UNKNOWN' : outcome,
    domains,
    correlationId,
  };
}

/** The latest that may have sent emails, else the latest. As everywhere, attempts are in the order of their time. */
export function findLast(attempts: readonly MadeAttempt[]): MadeAttempt | undefined {
  return attempts.findLast(mayHaveSent) ?? attempts.at(-1);
}

/** Those that keep recipients on cool-down, and the last of each kind that is to be remembered. */
export function findKept(
  attempts: readonly MadeAttempt[],
  { cooldownMs, rememberMs }: AttemptSettings,
  nowMs: number,
): readonly MadeAttempt[] {
  const [oldest] = attempts;
  if (oldest && oldest.atMs > nowMs - cooldownMs && attempts.every(mayHaveSent)) {
    return attempts;
  }
  // One in progress may yet turn out to have sent nothing.
  const hasEnded = ({ atMs }: MadeAttempt) => atMs <= nowMs;
  const lastSent = attempts.findLast((made) => mayHaveSent(made) && hasEnded(made));
  const lastNotSent = attempts.findLast((made) => !mayHaveSent(made) && hasEnded(made));
  return attempts.filter(
    (made) =>
      (made.atMs > nowMs - cooldownMs && (mayHaveSent(made) || made === lastNotSent)) ||
      (made === lastSent && made.atMs > nowMs - rememberMs),
  );
}

/** The attempt for which a new one has to wait longest, and how long. */
export function findConflict(
  attempts: readonly MadeAttempt[],
  conflictsWith: readonly string[],
  { cooldownMs }: AttemptSettings,
  nowMs: number,
): { readonly waitMs: number; readonly cause: MadeAttempt } | undefined {
  const conflicts = new Set(conflictsWith);
  const cause = attempts.findLast(({ marks }) => marks.some((mark) => conflicts.has(mark)));
  // What is not sent yet is over no sooner than if it were sent now.
  const waitMs = cause ? Math.min(cause.atMs, nowMs) + cooldownMs - nowMs : 0;
  return cause && waitMs > 0 ? { waitMs, cause } : undefined;
}
