// The last attempt to resend an order's emails, as far as this gateway remembers it.
import type { GraphQLResolveInfo } from 'graphql';
import {
  Ctx,
  Field,
  FieldResolver,
  GraphQLISODateTime,
  Info,
  ObjectType,
  Resolver,
  Root,
} from 'type-graphql';
import { SCOPE } from '../../domain/caller';
import { type AttemptOutcome, mayHaveSent, type ResendAttempt } from '../../domain/resend-attempt';
import type { GraphqlContext } from '../context';
import { createEnum } from '../create-enum';

const CertificateOrderResendOutcome = createEnum<AttemptOutcome>(
  'CertificateOrderResendOutcome',
  'What is known of an attempt to resend emails. An open set: treat a value you do not know as `UNKNOWN`.',
  {
    IN_PROGRESS: 'DigiCert has not responded yet.',
    ACCEPTED: 'DigiCert accepted the request, which is not delivery.',
    NOT_SENT: 'Certainly no email was sent: DigiCert refused, or was not reached.',
    UNKNOWN: 'No response came, or one that does not say: emails may have been sent.',
  },
);

@ObjectType({
  description: 'An attempt to resend the emails of an order, made through this gateway.',
})
export class CertificateOrderResend {
  @Field(() => GraphQLISODateTime, { description: 'When it was made.' })
  attemptedAt!: Date;

  @Field(() => CertificateOrderResendOutcome, { description: 'What became of it.' })
  outcome!: AttemptOutcome;
}

@Resolver(() => CertificateOrderResend)
export class CertificateOrderResendResolver {
  @FieldResolver(() => Boolean, {
    description: 'False where it is certain that no email was sent.',
  })
  emailsMayHaveBeenSent(@Root() attempt: ResendAttempt) {
    return mayHaveSent(attempt);
  }

  @FieldResolver(() => [String], {
    description: 'The domains that were named, 250 at most. Empty: DigiCert chose.',
  })
  async domains(
    @Root() { domains }: ResendAttempt,
    @Ctx() { budget }: GraphqlContext,
    @Info() info: GraphQLResolveInfo,
  ) {
    return budget.spend(domains, info);
  }

  @FieldResolver(() => String, {
    nullable: true,
    description:
      'Of the request it was made for: compare it with your own `x-request-id` to see whether it was yours. Null without the scope `certificate-orders:read`.',
  })
  correlationId(@Root() { correlationId }: ResendAttempt, @Ctx() { caller }: GraphqlContext) {
    return caller.scopes.has(SCOPE.readOrders) ? correlationId : null;
  }
}
