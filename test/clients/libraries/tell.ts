// The switch that a team writes once, over the union that the package has the types of.
import type { ResendDvEmailsResult } from 'dv-email-gateway-client';

export function tell(result: ResendDvEmailsResult): string {
  switch (result.__typename) {
    case 'ResendDvEmailsSuccess':
      return `${result.__typename}: ${result.acceptedAt}`;
    case 'ResendDvEmailsInvalidInputError':
    case 'ResendDvEmailsOrderNotFoundError':
    case 'ResendDvEmailsOrderNotEligibleError':
    case 'ResendDvEmailsAccessDeniedError':
    case 'ResendDvEmailsRateLimitedError':
    case 'ResendDvEmailsUpstreamError':
      return `${result.__typename}: ${result.message}`;
    default: {
      // A member added later: an error here once the types know it; at run time, its message until then.
      const { message }: { message: string } = result satisfies never;
      return `later: ${message}`;
    }
  }
}
