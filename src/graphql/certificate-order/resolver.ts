// Reading an order: as a query, as an entity another subgraph refers to, and behind a mutation's result.
import type { GraphQLResolveInfo } from 'graphql';
import { Arg, Authorized, Ctx, FieldResolver, ID, Info, Query, Resolver, Root } from 'type-graphql';
import { listApproverEmails } from '../../domain/approver-emails';
import { SCOPE } from '../../domain/caller';
import type { GraphqlContext } from '../context';
import { CertificateOrderResend } from './last-resend';
import { CertificateOrder, CertificateOrderApproverEmail, CertificateOrderDomain } from './types';

@Resolver(() => CertificateOrder)
export class CertificateOrderResolver {
  @Authorized(SCOPE.readOrders)
  @Query(() => CertificateOrder, {
    nullable: true,
    description: 'An order, read from DigiCert. Null when DigiCert knows no such order.',
  })
  async certificateOrder(
    @Arg('id', () => ID, { description: "DigiCert's order id: 1 to 20 digits, as a string." })
    id: string,
    @Ctx() { orders }: GraphqlContext,
  ): Promise<CertificateOrder | null> {
    return (await orders.read(id)) ? { id } : null;
  }

  @Authorized(SCOPE.readOrders)
  @FieldResolver(() => String, {
    nullable: true,
    description: 'Status of the order, such as `pending` or `issued`. An open set.',
  })
  async status(@Root() { id }: CertificateOrder, @Ctx() { orders }: GraphqlContext) {
    return (await orders.read(id))?.status;
  }

  @Authorized(SCOPE.readOrders)
  @FieldResolver(() => String, {
    nullable: true,
    description:
      'How the order proves control of its domains, such as `email`; emails can be resent only then. An open set.',
  })
  async dcvMethod(@Root() { id }: CertificateOrder, @Ctx() { orders }: GraphqlContext) {
    return (await orders.read(id))?.dcvMethod;
  }

  @Authorized(SCOPE.readOrders)
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

  @Authorized(SCOPE.readOrders)
  @FieldResolver(() => CertificateOrderResend, {
    nullable: true,
    description:
      'The last attempt to resend emails made through this gateway. One that sent nothing does not take the place of one that may have sent emails. Null when none is remembered.',
  })
  lastResend(@Root() { id }: CertificateOrder, @Ctx() { orders }: GraphqlContext) {
    return orders.readLastResend(id);
  }
}

@Resolver(() => CertificateOrderDomain)
export class CertificateOrderDomainResolver {
  @FieldResolver(() => [CertificateOrderApproverEmail], {
    description:
      'Addresses that may approve this domain without further ado: five customary mailboxes at the name and at each parent of it, most specific first. Each can be passed back in `domainApprovalEmails`, with `name` as `domain` if it is there. Others may do too: contacts published in DNS.',
  })
  approverEmails(
    @Root() { name, dnsNames }: CertificateOrderDomain,
    @Ctx() { budget }: GraphqlContext,
    @Info() info: GraphQLResolveInfo,
  ) {
    budget.assertLeft();
    return budget.spend(listApproverEmails(name === undefined ? dnsNames : [name]), info);
  }
}
