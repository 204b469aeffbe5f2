// The mutation: arguments in, one member of the result union out.
import type { GraphQLResolveInfo } from 'graphql';
import { Args, Ctx, Info, Mutation, Resolver } from 'type-graphql';
import { SCOPE } from '../../domain/caller';
import { checkScope } from '../auth-checker';
import type { GraphqlContext } from '../context';
import { ResendDvEmailsArgs } from './input';
import { ResendDvEmailsResult, toResult } from './result';

/** Bytes of a name or an address that is sent. */
const MAX_RECIPIENT_LENGTH = 254;

const NOT_ASCII = /[^ -~]/;

@Resolver()
export class ResendDvEmailsResolver {
  @Mutation(() => ResendDvEmailsResult, {
    nullable: true,
    description:
      'Resends the approval (DCV) emails of a DV order. Every call that succeeds sends emails again; nothing is ever sent twice for one call. Nullable so that an unexpected error in one field never hides the results of the others.',
  })
  async resendDvEmails(
    @Args(() => ResendDvEmailsArgs) { orderId, input }: ResendDvEmailsArgs,
    @Ctx() context: GraphqlContext,
    @Info() info: GraphQLResolveInfo,
  ): Promise<typeof ResendDvEmailsResult> {
    // Not by @Authorized: type-graphql holds five promises for as long as DigiCert takes.
    checkScope({ context, info }, [SCOPE.resendEmails]);
    const { caller, useCases, budget } = context;
    // Before anything is sent: a success must not be lost because its recipients do not fit into the response.
    const giveBack = budget.reserve(toLongestSuccess(input), info);
    const outcome = await useCases.resend(orderId, input, caller);
    if (outcome.kind !== 'accepted') {
      giveBack();
    }
    context.orders.forget(orderId);
    return toResult(outcome, orderId, caller.correlationId, (name, details) =>
      budget.spendOnFirst(name, details, info),
    );
  }
}

/** What a success will hold at most. A name in other letters than ASCII leaves as A-labels, which are longer. */
function toLongestSuccess(input: ResendDvEmailsArgs['input']): object {
  const toLongest = (text: string | null | undefined) =>
    text && NOT_ASCII.test(text) ? 'x'.repeat(MAX_RECIPIENT_LENGTH) : text;
  const domainApprovalEmails = input?.domainApprovalEmails?.map((entry) => ({
    domain: toLongest(entry.domain),
    email: toLongest(entry.email),
    emailDomain: toLongest(entry.emailDomain),
  }));
  return { domainApprovalEmails };
}
