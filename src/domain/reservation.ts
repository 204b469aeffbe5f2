// The limits a call meets, as the use cases see them: all that refuses it is asked at once.

import type { Deadline } from '../lib/deadline';
import type { Caller } from './caller';
import type { ResendOutcome } from './outcome';
import type { AttemptOutcome, ResendAttempt } from './resend-attempt';
import type { ResendRequest } from './resend-request';
import type { RollingWindow } from './rolling-window';

export interface Limits {
  /**
   * Reserves all that is requested or nothing, and may wait for DigiCert's quota, but never long. The caller is
   * counted in any case. The refusing limit is reported in the order CALLER, COOLDOWN, DIGICERT.
   */
  reserve(wanted: Wanted, deadline: Deadline): Promise<Reserved>;
  /** DigiCert refuses all requests for so long, however few were counted here. */
  block(forSeconds: number): void;
  /** How full each window of DigiCert's quota is, by what is known now. */
  usage(): Promise<readonly WindowUsage[]>;
  /**
   * The last attempt to resend the order's emails; one that sent nothing does not take the place of one that may have sent
   * emails. `undefined`: none is remembered.
   */
  lastResend(orderId: string): Promise<ResendAttempt | undefined>;
}

interface Wanted {
  /** Counted once, on arrival. */
  readonly caller?: Caller;
  /**
   * The attempt to be made for the caller, so that no other call mails its recipients meanwhile, nor for the cool-down after it.
   */
  readonly request?: ResendRequest | undefined;
  /** Room in DigiCert's quota for one request. */
  readonly quota?: boolean;
}

type Reserved =
  | {
      readonly ok: true;
      readonly attempt: AttemptReservation;
      /** `undefined`: it was not asked for, so no request may be made. */
      readonly quota: Reservation | undefined;
    }
  | Refused;

/** As its outcome says. */
export type Refused = { readonly ok: false } & Omit<
  Extract<ResendOutcome, { readonly kind: 'rate-limited' }>,
  'kind' | 'diagnostics'
>;

/** An attempt counts as in progress from the moment it is reserved. */
export interface AttemptReservation {
  /** `undefined`: it was not made after all, and is forgotten. */
  end(outcome: Exclude<AttemptOutcome, 'IN_PROGRESS'> | undefined): void;
}

/** It counts from the moment it is made. One of the two ends it. */
export interface Reservation {
  /** It was used by now, or may have been: it counts for the length of each window from now on. */
  commit(): void;
  /** It was certainly not used. */
  release(): void;
}

export interface WindowUsage {
  readonly window: RollingWindow;
  readonly used: number;
}
