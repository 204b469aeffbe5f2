// Reading an order: as a query, as an entity another subgraph refers to, and behind a mutation's result.
import type { GraphQLResolveInfo } from 'graphql';
import {
  Arg,
  Authorized,
  Ctx,
  FieldResolver,
  GraphQLISODateTime,
  ID,
  Info,
  Query,
  Resolver,
  Root,
} from 'type-graphql';
import { SCOPE } from '../../domain/caller';
import type { GraphqlContext } from '../context';
import { toSelection } from '../selection';
import { CertificateOrderResend } from './last-resend';
import { CertificateOrder, CertificateOrderDomain } from './types';

/** Fields that the order's info has. */
const SUMMARY_FIELDS = ['commonName', 'dnsNames', 'productName', 'orderedAt'];

/** Fields that its validation has, and a row of the list only in part. */
const DETAIL_FIELDS = ['status', 'dcvMethod', 'domains'];

function readSummary({ id, row }: CertificateOrder, { orders }: GraphqlContext) {
  return row ?? orders.readSummary(id);
}

@Authorized(SCOPE.readOrders)
@Resolver(() => CertificateOrder)
export class CertificateOrderResolver {
  @Query(() => CertificateOrder, {
    nullable: true,
    description: 'An order, read from DigiCert. Null when DigiCert knows no such order.',
  })
  async certificateOrder(
    @Arg('id', () => ID, { description: "DigiCert's order id: 1 to 20 digits, as a string." })
    id: string,
    @Ctx() { orders }: GraphqlContext,
    @Info() info: GraphQLResolveInfo,
  ): Promise<CertificateOrder | null> {
    // The endpoint that is needed anyway says whether there is such an order.
    const selected = toSelection(info).map(({ name }) => name);
    const needsOnlySummary =
      selected.some((name) => SUMMARY_FIELDS.includes(name)) &&
      !selected.some((name) => DETAIL_FIELDS.includes(name));
    const found = await (needsOnlySummary ? orders.readSummary(id) : orders.read(id));
    return found ? { id } : null;
  }

  @FieldResolver(() => String, {
    nullable: true,
    description: 'Status of the order, such as `pending` or `issued`. An open set.',
  })
  async status(@Root() { id, row }: CertificateOrder, @Ctx() { orders }: GraphqlContext) {
    return (row ?? (await orders.read(id)))?.status;
  }

  @FieldResolver(() => String, {
    nullable: true,
    description: "The certificate's common name, such as `example.com`.",
  })
  async commonName(@Root() order: CertificateOrder, @Ctx() context: GraphqlContext) {
    return (await readSummary(order, context))?.commonName;
  }

  @FieldResolver(() => [String], {
    nullable: true,
    description: 'The names on the certificate, 250 at most, the common name first.',
  })
  async dnsNames(
    @Root() order: CertificateOrder,
    @Ctx() context: GraphqlContext,
    @Info() info: GraphQLResolveInfo,
  ) {
    return context.budget.spend((await readSummary(order, context))?.dnsNames, info);
  }

  @FieldResolver(() => String, {
    nullable: true,
    description: 'The product, such as `GeoTrust DV SSL`.',
  })
  async productName(@Root() order: CertificateOrder, @Ctx() context: GraphqlContext) {
    return (await readSummary(order, context))?.productName;
  }

  @FieldResolver(() => GraphQLISODateTime, {
    nullable: true,
    description: 'When it was ordered.',
  })
  async orderedAt(@Root() order: CertificateOrder, @Ctx() context: GraphqlContext) {
    return (await readSummary(order, context))?.orderedAt;
  }

  @FieldResolver(() => String, {
    nullable: true,
    description:
      'How the order proves control of its domains, such as `email`; emails can be resent only then. An open set.',
  })
  async dcvMethod(@Root() { id }: CertificateOrder, @Ctx() { orders }: GraphqlContext) {
    return (await orders.read(id))?.dcvMethod;
  }

  @FieldResolver(() => [CertificateOrderDomain], {
    nullable: true,
    description:
      'The domains of the order, 250 at most. Null when DigiCert does not say, or knows no such order.',
  })
  async domains(
    @Root() { id }: CertificateOrder,
    @Ctx() { orders, budget }: GraphqlContext,
    @Info() info: GraphQLResolveInfo,
  ) {
    return budget.spend(await orders.readDomains(id), info);
  }

  @FieldResolver(() => CertificateOrderResend, {
    nullable: true,
    description:
      'The last attempt to resend emails made through this gateway. One that sent nothing does not take the place of one that may have sent emails. Null when none is remembered.',
  })
  lastResend(@Root() { id, row }: CertificateOrder, @Ctx() { orders }: GraphqlContext) {
    return orders.readLastResend(id, row !== undefined);
  }
}
