// An attempt to resend an order's emails, as it is remembered: for the cool-down, and so that people can find out what became
// of it.

/** `UNKNOWN`: it may have sent emails. `IN_PROGRESS`: it may be sending them now. */
export type AttemptOutcome = 'IN_PROGRESS' | 'ACCEPTED' | 'NOT_SENT' | 'UNKNOWN';

export interface ResendAttempt {
  /** By the wall clock of the gateway that made it. */
  readonly attemptedAt: Date;
  readonly outcome: AttemptOutcome;
  /** Those that were named. Empty: DigiCert chose. */
  readonly domains: readonly string[];
  /** Of the request it was made for. */
  readonly correlationId: string;
}

/** Whether it was carried out, or it is not known that it was not. */
export function mayHaveSent({ outcome }: Pick<ResendAttempt, 'outcome'>): boolean {
  return outcome !== 'NOT_SENT';
}
