// The order as an entity of the supergraph, and the types it is made of.

import { Directive, Field, ID, ObjectType } from 'type-graphql';
import type { OrderSummary } from '../../domain/order-details';

@ObjectType({ description: 'An address that a certificate authority accepts for a domain.' })
export class CertificateOrderApproverEmail {
  @Field(() => String, { description: 'The address, such as `admin@example.com`.' })
  email!: string;

  @Field(() => String, {
    description: 'The domain the address belongs to: the name itself or a parent of it.',
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
