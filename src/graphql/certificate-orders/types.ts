// A page of the list of orders, as Relay's connections are, under names of our own.
import { ArgsType, Field, InputType, Int, ObjectType } from 'type-graphql';
import { DEFAULT_PAGE } from '../../domain/order-list-query';
import { CertificateOrder } from '../certificate-order/types';

@InputType({ description: 'Which orders are listed. Without any field: all of the account.' })
export class CertificateOrdersFilter {
  @Field(() => String, {
    nullable: true,
    description:
      'A name on the certificate, the common name or any other, exactly. Unicode names are fine; a leading `*.` does not count.',
  })
  domainName?: string | null;

  @Field(() => String, {
    nullable: true,
    description: 'Part of a common name, or an email address, as DigiCert searches.',
  })
  search?: string | null;

  @Field(() => String, {
    nullable: true,
    description: "DigiCert's word for the status, such as `pending`.",
  })
  status?: string | null;
}

/** One class for all arguments, which also keeps their order in the printed schema. */
@ArgsType()
export class CertificateOrdersArgs {
  @Field(() => CertificateOrdersFilter, {
    nullable: true,
    description: 'Which orders. Of several fields all have to hold.',
  })
  filter?: CertificateOrdersFilter | null;

  @Field(() => Int, {
    nullable: true,
    defaultValue: DEFAULT_PAGE,
    description: 'How many, 1 to 100.',
  })
  first?: number | null;

  @Field(() => String, {
    nullable: true,
    description: 'The cursor of the order that the page follows. Omit for the newest.',
  })
  after?: string | null;
}

@ObjectType({ description: 'An order in a page of the list.' })
export class CertificateOrderEdge {
  @Field(() => String, { description: 'Give it as `after` to list what follows this order.' })
  cursor!: string;

  @Field(() => CertificateOrder, { description: 'The order.' })
  node!: CertificateOrder;
}

@ObjectType({ description: 'Where a page of the list is.' })
export class CertificateOrderPageInfo {
  @Field(() => Boolean, { description: 'Whether older orders follow.' })
  hasNextPage!: boolean;

  @Field(() => Boolean, { description: 'Whether newer orders come before.' })
  hasPreviousPage!: boolean;

  @Field(() => String, {
    nullable: true,
    description: 'Of the first order. Null in an empty page.',
  })
  startCursor: string | undefined;

  @Field(() => String, { nullable: true, description: 'Of the last order. Null in an empty page.' })
  endCursor: string | undefined;
}

@ObjectType({ description: 'A page of the list of orders, newest first.' })
export class CertificateOrderConnection {
  @Field(() => [CertificateOrderEdge], { description: 'The orders, 100 at most.' })
  edges!: readonly CertificateOrderEdge[];

  @Field(() => CertificateOrderPageInfo, { description: 'Where this page is.' })
  pageInfo!: CertificateOrderPageInfo;

  @Field(() => Int, {
    nullable: true,
    description: 'Of all pages. Null where DigiCert does not say.',
  })
  totalCount: number | undefined;
}
