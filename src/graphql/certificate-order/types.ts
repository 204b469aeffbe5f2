// The order as an entity of the supergraph, and the types it is made of.

import { Directive, Field, ID, ObjectType } from 'type-graphql';
import type { ApproverEmailsUnavailable } from '../../domain/approver-emails';
import type { MailServer } from '../../domain/mail-dns';
import type { OrderSummary } from '../../domain/order-details';
import { createEnum } from '../create-enum';

export const CertificateOrderMailServer = createEnum<MailServer>(
  'CertificateOrderMailServer',
  'Whether a domain has a mail server, by its MX records. An open set: treat a value you do not know as `UNKNOWN`.',
  {
    FOUND: 'It has one. That the mailbox exists, and is read, is not known.',
    NONE: 'It has none, says so by a null MX, or does not exist. DigiCert sends nothing there.',
    UNKNOWN:
      'It could not be looked up: DNS failed or was slow, or the request had no look-ups left.',
  },
);

export const CertificateOrderApproverEmailsUnavailable = createEnum<ApproverEmailsUnavailable>(
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
