// The error members of the result union. Each implements one interface, so that a frontend written
// today has something to show for a member that is added tomorrow.
import { Field, ID, Int, InterfaceType, ObjectType } from 'type-graphql';
import type { NotEligibleReason, RateLimitScope, UpstreamFailure } from '../../domain/outcome';
import type { ResendAttempt } from '../../domain/resend-attempt';
import { CertificateOrderResend } from '../certificate-order/last-resend';
import { CertificateOrder } from '../certificate-order/types';
import { createEnum } from '../create-enum';

/** One enum for both members that have a `reason`, or no query could select both without an alias. */
const ResendDvEmailsErrorReason = createEnum<NotEligibleReason | UpstreamFailure>(
  'ResendDvEmailsErrorReason',
  'The reason behind a `ResendDvEmailsOrderNotEligibleError` (the first four) or a `ResendDvEmailsUpstreamError` (the others). An open set: treat a value you do not know as you treat an unknown error.',
  {
    ORDER_NOT_PENDING:
      'The order no longer waits for approval: it is issued, canceled or the like.',
    ORDER_NOT_READY:
      'Someone in the DigiCert account has to act on the order before there are approval emails.',
    DCV_METHOD_NOT_EMAIL: 'The order proves domain control in another way, such as a DNS record.',
    NOT_A_DV_ORDER:
      'The order is for an OV or EV certificate, which older editions of the DigiCert API do not take here.',
    CREDENTIALS_REJECTED:
      "DigiCert rejects the gateway's own API key. Only the gateway's operators can fix that.",
    MISCONFIGURED:
      'DigiCert does not understand the gateway, its certificate is not trusted, or a proxy refuses it: the gateway is not set up right.',
    UNREACHABLE: 'DigiCert could not be reached; the request never left. Try again.',
    UNAVAILABLE: 'DigiCert fails: a server error now, or repeated failures a moment ago.',
    OUTCOME_UNKNOWN: 'The request left and no response came. The emails may be on their way.',
    UNEXPECTED_RESPONSE:
      'DigiCert, or a proxy before it, gave a response the gateway does not understand.',
  },
);

const ResendDvEmailsRateLimitScope = createEnum<RateLimitScope>(
  'ResendDvEmailsRateLimitScope',
  'Whose limit was reached. An open set.',
  {
    DIGICERT: "DigiCert's allowance, which everyone using this gateway shares.",
    COOLDOWN:
      'The same emails of this order, or some of them, were or may have been resent a moment ago, or are being resent: see `lastResend`.',
    CALLER: 'Your own allowance at this gateway.',
  },
);

@ObjectType({ description: "One error in DigiCert's own words: detail for those who want it." })
class ResendDvEmailsDigicertError {
  @Field(() => String, {
    nullable: true,
    description: "DigiCert's code, such as `access_denied|missing_permission`. An open set.",
  })
  code: string | undefined;

  @Field(() => String, { nullable: true, description: "DigiCert's message, in English." })
  message: string | undefined;
}

@ObjectType({ description: 'One fault in the arguments.' })
class ResendDvEmailsInputIssue {
  @Field(() => [String], {
    description:
      'Where the fault is, from the argument down: `["input", "domainApprovalEmails", "0", "email"]`.',
  })
  path!: readonly string[];

  @Field(() => String, { description: 'What is wrong, in words fit to be shown beside the field.' })
  message!: string;
}

@InterfaceType({
  description:
    'What every error of `resendDvEmails` has. Its `__typename` is the code to branch on; spread this interface to be ready for members added later.',
})
export abstract class ResendDvEmailsError {
  @Field(() => String, {
    description: 'What happened and what to do next, in plain words fit to be shown to a user.',
  })
  message!: string;

  @Field(() => Boolean, {
    description:
      'Whether the very same call may succeed later. Never repeat it automatically where `emailsMayHaveBeenSent` is true: ask a person first.',
  })
  retryable!: boolean;

  @Field(() => String, {
    description: "Names this call in the gateway's log. Quote it when asking for help.",
  })
  correlationId!: string;
}

@ObjectType({
  implements: ResendDvEmailsError,
  description:
    'The arguments are wrong: found here before anything was sent, or by DigiCert. No email was sent.',
})
export class ResendDvEmailsInvalidInputError extends ResendDvEmailsError {
  readonly __typename!: 'ResendDvEmailsInvalidInputError';

  @Field(() => [ResendDvEmailsInputIssue], {
    description:
      'The faults found here, 50 at most; `message` says how many there are. Empty when DigiCert refused the input.',
  })
  issues!: readonly ResendDvEmailsInputIssue[];

  @Field(() => [ResendDvEmailsDigicertError], {
    description:
      "DigiCert's own words, 50 errors at most. Empty when the gateway itself found the fault.",
  })
  digicertErrors!: readonly ResendDvEmailsDigicertError[];
}

@ObjectType({
  implements: ResendDvEmailsError,
  description: 'DigiCert knows no such order in this account. No email was sent.',
})
export class ResendDvEmailsOrderNotFoundError extends ResendDvEmailsError {
  readonly __typename!: 'ResendDvEmailsOrderNotFoundError';

  @Field(() => ID, { description: 'The requested order id.' })
  orderId!: string;
}

/** Of a member about an order that is there. */
@ObjectType()
abstract class ResendDvEmailsOrderError extends ResendDvEmailsError {
  @Field(() => CertificateOrder, { description: 'The order, for more of its fields.' })
  order!: CertificateOrder;
}

@ObjectType({
  implements: ResendDvEmailsError,
  description: 'The order exists, and approval emails make no sense for it. No email was sent.',
})
export class ResendDvEmailsOrderNotEligibleError extends ResendDvEmailsOrderError {
  readonly __typename!: 'ResendDvEmailsOrderNotEligibleError';

  @Field(() => ResendDvEmailsErrorReason, { description: 'Why the order is not eligible.' })
  reason!: NotEligibleReason;

  @Field(() => String, {
    nullable: true,
    description: "DigiCert's status of the order, such as `issued`. An open set.",
  })
  orderStatus: string | undefined;

  @Field(() => String, {
    nullable: true,
    description: 'How the order proves domain control, such as `dns-txt-token`. An open set.',
  })
  dcvMethod: string | undefined;

  @Field(() => [ResendDvEmailsDigicertError], {
    description: "DigiCert's own words when it refused, 50 errors at most.",
  })
  digicertErrors!: readonly ResendDvEmailsDigicertError[];
}

@ObjectType({
  implements: ResendDvEmailsError,
  description:
    "DigiCert does not let this gateway's account do this for the order. No email was sent.",
})
export class ResendDvEmailsAccessDeniedError extends ResendDvEmailsOrderError {
  readonly __typename!: 'ResendDvEmailsAccessDeniedError';

  @Field(() => [ResendDvEmailsDigicertError], {
    description: "DigiCert's own words when it refused, 50 errors at most.",
  })
  digicertErrors!: readonly ResendDvEmailsDigicertError[];
}

@ObjectType({
  implements: ResendDvEmailsError,
  description: 'Too many calls. No email was sent; the same call works after a wait.',
})
export class ResendDvEmailsRateLimitedError extends ResendDvEmailsOrderError {
  readonly __typename!: 'ResendDvEmailsRateLimitedError';

  @Field(() => ResendDvEmailsRateLimitScope, { description: 'Whose limit was reached.' })
  scope!: RateLimitScope;

  @Field(() => Int, { description: 'Seconds to wait before the next try, at least 1.' })
  retryAfterSeconds!: number;

  @Field(() => CertificateOrderResend, {
    nullable: true,
    description:
      'With `COOLDOWN`: the attempt behind `retryAfterSeconds`, and what is known of it.',
  })
  lastResend?: ResendAttempt;
}

@ObjectType({
  implements: ResendDvEmailsError,
  description: 'Something went wrong between this gateway and DigiCert.',
})
export class ResendDvEmailsUpstreamError extends ResendDvEmailsOrderError {
  readonly __typename!: 'ResendDvEmailsUpstreamError';

  @Field(() => ResendDvEmailsErrorReason, { description: 'What went wrong.' })
  reason!: UpstreamFailure;

  @Field(() => Boolean, {
    description:
      'True when it is unknown whether emails were sent: warn before a second try, which may mail people twice.',
  })
  emailsMayHaveBeenSent!: boolean;

  @Field(() => Int, {
    nullable: true,
    description: "Seconds, from DigiCert's `Retry-After`. Null where it does not say.",
  })
  unavailableForSeconds?: number;
}
