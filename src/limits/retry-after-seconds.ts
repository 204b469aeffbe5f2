/** Whole seconds, at least one: whoever comes back after them does not come too early. */
export function toRetryAfterSeconds(waitMs: number): number {
  return Math.max(1, Math.ceil(waitMs / 1_000));
}
