// A limit on how often something may happen, in a window that rolls: at no moment may the last
// `windowMs` milliseconds hold more than `limit` of it.

export interface RollingWindow {
  readonly limit: number;
  readonly windowMs: number;
}

/** What DigiCert allows a key today, all endpoints together: 100 requests in 5 s and 1000 in 3 min. */
export const DIGICERT_QUOTA: readonly RollingWindow[] = [
  { limit: 100, windowMs: 5_000 },
  { limit: 1_000, windowMs: 180_000 },
];
