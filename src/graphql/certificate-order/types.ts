// The order as an entity of the supergraph, and the types it is made of.
import type { GraphQLResolveInfo } from 'graphql';
import { Ctx, Directive, Field, ID, Info, ObjectType } from 'type-graphql';
import {
  type ApproverEmailsUnavailable,
  explainNoApproverEmails,
  listApproverEmails,
} from '../../domain/approver-emails';
import { findMailServer, type MailServer, readTxtContacts } from '../../domain/mail-dns';
import type { OrderSummary } from '../../domain/order-details';
import type { GraphqlContext } from '../context';
import { createEnum } from '../create-enum';

const CertificateOrderMailServer = createEnum<MailServer>(
  'CertificateOrderMailServer',
  'Whether a domain has a mail server, by its MX records. An open set: treat a value you do not know as `UNKNOWN`.',
  {
    FOUND: 'It has one. That the mailbox exists, and is read, is not known.',
    NONE: 'It has none, says so by a null MX, or does not exist. DigiCert sends nothing there.',
    UNKNOWN:
      'It could not be looked up: DNS failed or was slow, or the request had no look-ups left.',
  },
);

const CertificateOrderApproverEmailsUnavailable = createEnum<ApproverEmailsUnavailable>(
  'CertificateOrderApproverEmailsUnavailable',
  'Why a domain has no `approverEmails`. An open set.',
  {
    IP_ADDRESS: 'It is an IP address, which emails cannot approve.',
    PUBLIC_SUFFIX: 'Names below it belong to different owners, such as `co.uk` and `github.io`.',
    NOT_A_DOMAIN_NAME: 'It is no fully qualified domain name, or DigiCert does not name one.',
  },
);

@ObjectType({ description: 'An address that a certificate authority accepts for a domain.' })
export class CertificateOrderApproverEmail {
  @Field(() => String, { description: 'The address, such as `admin@example.com`.' })
  email!: string;

  @Field(() => String, {
    description:
      'The domain the address can approve for: the name itself or a parent of it. The address is at that domain, unless it is a contact that the domain publishes.',
  })
  emailDomain!: string;

  @Field(() => CertificateOrderMailServer, {
    nullable: true,
    description:
      "Whether the address's domain has a mail server. A look-up in DNS, made only when this is selected.",
  })
  mailServer(@Ctx() { lookUp }: GraphqlContext) {
    return findMailServer(this.email, lookUp);
  }
}

@ObjectType({ description: 'One domain of an order that has to be validated.' })
export class CertificateOrderDomain {
  @Field(() => String, {
    nullable: true,
    description: 'The name that is validated, such as `example.com`; goes back as `domain`.',
  })
  name: string | undefined;

  @Field(() => String, {
    nullable: true,
    description: 'How far its validation is, such as `approved`. An open set.',
  })
  status: string | undefined;

  @Field(() => String, {
    nullable: true,
    description: 'How control of it is proven, such as `email`. An open set.',
  })
  method: string | undefined;

  @Field(() => [String], {
    description: "The certificate's names that this validation covers, 250 at most.",
  })
  dnsNames!: readonly string[];

  @Field(() => [CertificateOrderApproverEmail], {
    description:
      'Addresses that may approve this domain without further ado: five customary mailboxes at its registrable domain, and at each name from there down to it; none at `www.`. Each can be passed back in `domainApprovalEmails`, with `name` as `domain` if it is there. Others may do too: contacts published in DNS.',
  })
  // A promise, so that what it throws leaves no other item of the list without anything that awaits it.
  async approverEmails(@Ctx() { budget }: GraphqlContext, @Info() info: GraphQLResolveInfo) {
    budget.assertLeft();
    return budget.spend(listApproverEmails(namesOf(this)), info);
  }

  @Field(() => CertificateOrderApproverEmailsUnavailable, {
    nullable: true,
    description: 'Why `approverEmails` is empty. Null where it is not.',
  })
  approverEmailsUnavailable() {
    return explainNoApproverEmails(namesOf(this));
  }

  @Field(() => [CertificateOrderApproverEmail], {
    nullable: true,
    description:
      'Contacts that the domain publishes for approvals, in TXT records of `_validation-contactemail` below it and its parents; each record is one address, at any domain. Look-ups in DNS, made only when this is selected; 5 for each name at most. Null when none was found and not every name could be looked up.',
  })
  async txtContactEmails(
    @Ctx() { budget, lookUp }: GraphqlContext,
    @Info() info: GraphQLResolveInfo,
  ) {
    budget.assertLeft();
    return budget.spend(await readTxtContacts(namesOf(this), lookUp), info);
  }
}

function namesOf({ name, dnsNames }: CertificateOrderDomain): readonly string[] {
  return name === undefined ? dnsNames : [name];
}

@Directive('@key(fields: "id")')
@ObjectType({
  description:
    'A certificate order at DigiCert. Every field but `id` is read from DigiCert when it is selected; null where DigiCert does not say.',
})
export class CertificateOrder {
  @Field(() => ID, { description: "DigiCert's order id." })
  id!: string;

  /** What the list of orders said of it, where it comes from there. */
  readonly row?: OrderSummary;
}
