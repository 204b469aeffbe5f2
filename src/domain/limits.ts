// The limits a call meets, as the use cases see them.
import type { Caller } from './caller';
import type { Deadline } from './deadline';
import type { ResendRequest } from './resend-request';
import type { RollingWindow } from './rolling-window';

/** What one caller may ask for. */
export interface CallerQuota {
  /** Counts one call. Seconds until there is room for it, or `undefined` when there is. */
  count(caller: Caller): Promise<number | undefined>;
}

/** What one mailbox has to bear. */
export interface Cooldown {
  /** Holds the recipients of a request, so that nobody else mails them meanwhile. */
  begin(request: ResendRequest): Promise<CooldownStart>;
}

export type CooldownStart =
  | { readonly ok: true; readonly pass: CooldownPass }
  | { readonly ok: false; readonly retryAfterSeconds: number };

export interface CooldownPass {
  /** Emails went out, or may have: the recipients are left alone from now on. */
  keep(): void;
  /** For certain nothing was sent: the recipients are free again. */
  release(): void;
}

/** What DigiCert allows the API key, all gateways that share it together. */
export interface DigicertQuota {
  /** Waits for room, but never long. */
  take(deadline: Deadline): Promise<QuotaTaken>;
  /** DigiCert refuses everybody for so long, whatever was counted here. */
  shut(forSeconds: number): void;
  /** How full each window is, by what is known now. */
  usage(): Promise<readonly WindowUsage[]>;
}

export interface WindowUsage {
  readonly window: RollingWindow;
  readonly used: number;
}

export type QuotaTaken =
  | { readonly ok: true; readonly place: QuotaPlace }
  | { readonly ok: false; readonly retryAfterSeconds: number };

/** Room for one request. It counts as used from the moment it is taken. */
export interface QuotaPlace {
  /** The request has reached DigiCert by now, if it ever does. */
  use(): void;
  /** The request provably never left. */
  giveBack(): void;
}
