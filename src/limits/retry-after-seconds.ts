/** Whole seconds, at least one: a caller that waits for them does not come back too early. */
export function toRetryAfterSeconds(waitMs: number): number {
  return Math.max(1, Math.ceil(waitMs / 1_000));
}
