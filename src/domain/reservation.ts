// The limits a call meets, as the use cases see them: all that refuses it is asked at once.

import type { Deadline } from '../lib/deadline';
import type { Caller } from './caller';
import type { RateLimitScope } from './outcome';
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
}

interface Wanted {
  /** Counted once, on arrival. */
  readonly caller?: Caller;
  /** Whose recipients are mailed, so that no other call mails them meanwhile, nor for the cool-down after it. */
  readonly request?: ResendRequest | undefined;
  /** Room in DigiCert's quota for one request. */
  readonly quota?: boolean;
}

type Reserved =
  | {
      readonly ok: true;
      readonly recipients: Reservation;
      /** `undefined`: it was not asked for, so no request may be made. */
      readonly quota: Reservation | undefined;
    }
  | Refused;

export interface Refused {
  readonly ok: false;
  readonly scope: RateLimitScope;
  readonly retryAfterSeconds: number;
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
