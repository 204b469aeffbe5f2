// The result union, and the way from an outcome to its member.
import { createUnionType } from 'type-graphql';
import { type FailedOutcome, isRetryable, type ResendOutcome } from '../../domain/outcome';
import { assertNever } from '../../lib/assert-never';
import {
  ResendDvEmailsAccessDeniedError,
  ResendDvEmailsInvalidInputError,
  ResendDvEmailsOrderNotEligibleError,
  ResendDvEmailsOrderNotFoundError,
  ResendDvEmailsRateLimitedError,
  ResendDvEmailsUpstreamError,
} from './errors';
import { describeFailure } from './messages';
import { ResendDvEmailsSuccess } from './success';

export const ResendDvEmailsResult = createUnionType({
  name: 'ResendDvEmailsResult',
  description:
    'The outcome of `resendDvEmails`. Branch on `__typename`, and spread `ResendDvEmailsError` for members added later.',
  types: () =>
    [
      ResendDvEmailsSuccess,
      ResendDvEmailsInvalidInputError,
      ResendDvEmailsOrderNotFoundError,
      ResendDvEmailsOrderNotEligibleError,
      ResendDvEmailsAccessDeniedError,
      ResendDvEmailsRateLimitedError,
      ResendDvEmailsUpstreamError,
    ] as const,
});

/** As many items of a field as there is room for in the response. */
type FitItems = <Item>(field: string, items: readonly Item[]) => readonly Item[];

export function toResult(
  outcome: ResendOutcome,
  orderId: string,
  correlationId: string,
  fitItems: FitItems,
): typeof ResendDvEmailsResult {
  if (outcome.kind === 'accepted') {
    const { acceptedAt, domainApprovalEmails, locale } = outcome;
    return {
      __typename: 'ResendDvEmailsSuccess',
      order: { id: orderId },
      acceptedAt,
      domainApprovalEmails,
      locale,
    };
  }
  // The members' fields are named as the outcome's, so that each is returned whole.
  const fitting = fitDetails(outcome, fitItems);
  const error = {
    ...fitting,
    order: { id: orderId },
    message: describeFailure(fitting),
    retryable: isRetryable(fitting),
    correlationId,
  };
  switch (error.kind) {
    case 'invalid-input':
      return { __typename: 'ResendDvEmailsInvalidInputError', ...error };
    case 'order-not-found':
      return { __typename: 'ResendDvEmailsOrderNotFoundError', ...error };
    case 'order-not-eligible':
      return { __typename: 'ResendDvEmailsOrderNotEligibleError', ...error };
    case 'access-denied':
      return { __typename: 'ResendDvEmailsAccessDeniedError', ...error };
    case 'rate-limited':
      return { __typename: 'ResendDvEmailsRateLimitedError', ...error };
    case 'upstream-failed':
      return { __typename: 'ResendDvEmailsUpstreamError', ...error };
    default:
      return assertNever(error);
  }
}

/** Details make way where the response gets too large: the result itself has to be reported. */
function fitDetails<Outcome extends FailedOutcome>(outcome: Outcome, fitItems: FitItems): Outcome {
  return {
    ...outcome,
    ...('issues' in outcome && { issues: fitItems('issues', outcome.issues) }),
    ...('digicertErrors' in outcome && {
      digicertErrors: fitItems('digicertErrors', outcome.digicertErrors),
    }),
  };
}
