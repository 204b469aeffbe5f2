// What is reported of each call of a use case: audit trail, log, metrics and spans read nothing else.
import type { Caller } from './caller';
import type { ReadOutcome } from './order-details';
import type { ResendOutcome } from './outcome';
import type { ResendRequest } from './resend-request';

export type UseCaseOutcome = ResendOutcome | ReadOutcome<unknown>;

export interface UseCaseStarted {
  readonly useCase: 'resend' | 'read order' | 'list orders';
  /** As the caller sent it; empty for a list. */
  readonly orderId: string;
  readonly caller: Caller;
}

export interface UseCaseResult<Outcome = UseCaseOutcome> {
  readonly outcome: Outcome;
  /** As it was checked. Left out where the input failed the check, or a limit refused the call. */
  readonly request?: ResendRequest | undefined;
}

/** Without an outcome: the use case threw. */
export interface UseCaseCompleted extends UseCaseStarted, Pick<UseCaseResult, 'request'> {
  readonly outcome: UseCaseOutcome | undefined;
  readonly durationMs: number;
}

/** Runs a use case and reports its start and its outcome; resolves and rejects as it does. */
export type ObserveUseCase = <Outcome extends UseCaseOutcome>(
  started: UseCaseStarted,
  run: () => Promise<UseCaseResult<Outcome>>,
) => Promise<Outcome>;
