// The one decision whether a request is made again, as a pure function. Only what provably never left,
// and what DigiCert refused to count: everything else may have sent emails.
import type { RetryCause } from '../../domain/upstream-event';
import type { Exchange } from './exchange';
import { readRetryAfter } from './retry-after';

/** Attempts for one call, the first one included. */
const MAX_ATTEMPTS = 3;

/** Milliseconds before the second attempt, at most; twice as long before each further one. */
const BACKOFF_MS = 200;

/** Milliseconds added at random to the wait that DigiCert asks for, so that not all callers come back at once. */
const MAX_JITTER_MS = 250;

/** What an attempt needs at the least; with less time left it would only be cut off. */
const MIN_ATTEMPT_MS = 100;

export interface RetryContext {
  readonly exchange: Exchange;
  /** 1: the first one. */
  readonly attempt: number;
  readonly nowMs: number;
  /** Milliseconds until the caller has to have a response. */
  readonly leftMs: number;
  /** Milliseconds that a caller may be kept waiting for DigiCert's sake. */
  readonly maxWaitMs: number;
  /** From 0 up to 1. */
  readonly random: number;
}

type RetryDecision =
  | { readonly retry: false }
  | { readonly retry: true; readonly cause: RetryCause; readonly afterMs: number };

const NO: RetryDecision = { retry: false };

export function decideRetry(context: RetryContext): RetryDecision {
  const { exchange, attempt, nowMs, maxWaitMs, random } = context;
  const leftMs = context.leftMs - MIN_ATTEMPT_MS;
  if (attempt >= MAX_ATTEMPTS) {
    return NO;
  }
  if (exchange.kind === 'not-sent') {
    // Anything up to the whole backoff ("full jitter"): callers that failed together part.
    const afterMs = Math.round(random * BACKOFF_MS * 2 ** (attempt - 1));
    return afterMs <= leftMs ? { retry: true, cause: 'not-sent', afterMs } : NO;
  }
  if (exchange.kind === 'response' && exchange.status === 429) {
    const waitMs = readRetryAfter(exchange, nowMs) * 1_000;
    const afterMs = waitMs + Math.round(random * MAX_JITTER_MS);
    return waitMs <= maxWaitMs && afterMs <= leftMs
      ? { retry: true, cause: 'too-many-requests', afterMs }
      : NO;
  }
  return NO;
}
