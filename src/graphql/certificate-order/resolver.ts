// Reading an order: as a query, as an entity another subgraph refers to, and behind a mutation's result.
import type { GraphQLResolveInfo } from 'graphql';
import { Arg, Authorized, Ctx, FieldResolver, ID, Info, Query, Resolver, Root } from 'type-graphql';
import { explainNoApproverEmails, listApproverEmails } from '../../domain/approver-emails';
import { SCOPE } from '../../domain/caller';
import { findMailServer, readTxtContacts } from '../../domain/mail-dns';
import type { GraphqlContext } from '../context';
import { CertificateOrderResend } from './last-resend';
import {
  CertificateOrder,
  CertificateOrderApproverEmail,
  CertificateOrderApproverEmailsUnavailable,
  CertificateOrderDomain,
  CertificateOrderMailServer,
} from './types';

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
      'Addresses that may approve this domain without further ado: five customary mailboxes at its registrable domain, and at each name from there down to it; none at `www.`. Each can be passed back in `domainApprovalEmails`, with `name` as `domain` if it is there. Others may do too: contacts published in DNS.',
  })
  approverEmails(
    @Root() domain: CertificateOrderDomain,
    @Ctx() { budget }: GraphqlContext,
    @Info() info: GraphQLResolveInfo,
  ) {
    budget.assertLeft();
    return budget.spend(listApproverEmails(namesOf(domain)), info);
  }

  @FieldResolver(() => CertificateOrderApproverEmailsUnavailable, {
    nullable: true,
    description: 'Why `approverEmails` is empty. Null where it is not.',
  })
  approverEmailsUnavailable(@Root() domain: CertificateOrderDomain) {
    return explainNoApproverEmails(namesOf(domain));
  }

  @FieldResolver(() => [CertificateOrderApproverEmail], {
    nullable: true,
    description:
      'Contacts that the domain publishes for approvals, in TXT records of `_validation-contactemail` below it and its parents; each record is one address, at any domain. Look-ups in DNS, made only when this is selected; 5 for each name at most. Null when none was found and not every name could be looked up.',
  })
  async txtContactEmails(
    @Root() domain: CertificateOrderDomain,
    @Ctx() { budget, lookUp }: GraphqlContext,
    @Info() info: GraphQLResolveInfo,
  ) {
    budget.assertLeft();
    return budget.spend(await readTxtContacts(namesOf(domain), lookUp), info);
  }
}

@Resolver(() => CertificateOrderApproverEmail)
export class CertificateOrderApproverEmailResolver {
  @FieldResolver(() => CertificateOrderMailServer, {
    nullable: true,
    description:
      "Whether the address's domain has a mail server. A look-up in DNS, made only when this is selected.",
  })
  mailServer(@Root() { email }: CertificateOrderApproverEmail, @Ctx() { lookUp }: GraphqlContext) {
    return findMailServer(email, lookUp);
  }
}

function namesOf({ name, dnsNames }: CertificateOrderDomain): readonly string[] {
  return name === undefined ? dnsNames : [name];
}
