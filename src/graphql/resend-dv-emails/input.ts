// The input types of the mutation, as frontends read them.
import { ArgsType, Field, ID, InputType } from 'type-graphql';

@InputType({
  description:
    'One approval email to send. Give a domain, an email address or both; every entry is one more email.',
})
export class DomainApprovalEmailInput {
  @Field(() => String, {
    nullable: true,
    description:
      'Domain of the order that the email is about, such as `example.com` or `*.example.com`. Unicode names are fine.',
  })
  domain?: string | null;

  @Field(() => String, {
    nullable: true,
    description:
      "Address to send to, such as `admin@example.com`. A CA accepts `admin`, `administrator`, `webmaster`, `hostmaster` and `postmaster` at the domain or a parent of it, and the contacts published in the domain's DNS.",
  })
  email?: string | null;

  @Field(() => String, {
    nullable: true,
    description:
      'Domain the address belongs to, when it differs from `domain`: `example.com` where `sub.example.com` is approved by `admin@example.com`.',
  })
  emailDomain?: string | null;
}

@InputType({ description: 'Who gets the approval emails, and in which language.' })
export class ResendDvEmailsInput {
  @Field(() => [DomainApprovalEmailInput], {
    nullable: true,
    description:
      'Recipients, 250 at most and none of them twice. Omit to let DigiCert mail the recipients the order already has; an empty list is passed on, and what DigiCert makes of it is not documented.',
  })
  domainApprovalEmails?: DomainApprovalEmailInput[] | null;

  @Field(() => String, {
    nullable: true,
    description:
      "Language of the emails, such as `en`; passed to DigiCert as it is. Omit for DigiCert's default.",
  })
  locale?: string | null;
}

/** One class for both arguments, which also keeps their order in the printed schema. */
@ArgsType()
export class ResendDvEmailsArgs {
  @Field(() => ID, {
    description:
      "DigiCert's order id: 1 to 20 digits, as a string: `007` stays `007`, and a number would lose digits beyond 16.",
  })
  orderId!: string;

  @Field(() => ResendDvEmailsInput, {
    nullable: true,
    description: 'Omit to send the same emails to the same recipients again.',
  })
  input?: ResendDvEmailsInput | null;
}
