// The member of the result union that says "accepted", and the types it is made of.
import { Field, GraphQLISODateTime, ObjectType } from 'type-graphql';
import { CertificateOrder } from '../certificate-order/types';

@ObjectType({
  simpleResolvers: true,
  description: 'A recipient of an approval email, as it was sent to DigiCert.',
})
export class DomainApprovalEmail {
  @Field(() => String, {
    nullable: true,
    description: 'Domain the email is about, with Unicode labels in their ASCII (A-label) form.',
  })
  domain?: string;

  @Field(() => String, { nullable: true, description: 'Address the email goes to.' })
  email?: string;

  @Field(() => String, {
    nullable: true,
    description: 'The `emailDomain` that was given, if any.',
  })
  emailDomain?: string;
}

@ObjectType({
  simpleResolvers: true,
  description:
    'DigiCert accepted the request. Accepted is not delivered: a domain without a working mailbox gets nothing.',
})
export class ResendDvEmailsSuccess {
  readonly __typename!: 'ResendDvEmailsSuccess';

  @Field(() => CertificateOrder, { description: 'The order the emails are about.' })
  order!: CertificateOrder;

  @Field(() => GraphQLISODateTime, { description: 'When DigiCert accepted the request.' })
  acceptedAt!: Date;

  @Field(() => [DomainApprovalEmail], {
    description: 'The recipients that were sent to DigiCert. Empty: DigiCert chose them.',
  })
  domainApprovalEmails!: readonly DomainApprovalEmail[];

  @Field(() => String, { nullable: true, description: 'The requested language, if any.' })
  locale: string | undefined;
}
