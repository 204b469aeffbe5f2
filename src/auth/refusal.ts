import type { RefusalReason } from '../domain/refusal-reason';

/** Thrown where a token is checked. */
export class RefusedToken extends Error {
  constructor(readonly reason: RefusalReason) {
    super(reason);
  }
}
