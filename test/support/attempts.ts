// Attempts as the stores of limits take them, for tests that need no more of one than whose mail it is.
import type { Attempt, AttemptSettings } from '../../src/limits/attempts';

export const ATTEMPTS: AttemptSettings = { cooldownMs: 60_000, rememberMs: 600_000 };

/** One that conflicts with every other one of the order to one of the same recipients. */
export function toAttempt(recipients: readonly string[], order = 'order'): Attempt {
  return {
    order,
    marks: recipients,
    conflictsWith: recipients,
    attemptedAtMs: 0,
    domains: [],
    correlationId: 'one',
  };
}
