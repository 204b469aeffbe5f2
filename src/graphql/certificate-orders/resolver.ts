// The list of the account's orders: a page of it, in one request to DigiCert.
import type { GraphQLResolveInfo } from 'graphql';
import { Args, Authorized, Ctx, Info, Query, Resolver } from 'type-graphql';
import { SCOPE } from '../../domain/caller';
import type { OrderList } from '../../domain/order-details';
import { parseOrderListQuery, toCursor } from '../../domain/order-list-query';
import { CodedError } from '../../lib/coded-error';
import { toReadError } from '../certificate-order/read-errors';
import type { GraphqlContext } from '../context';
import { type SelectedField, toSelection } from '../selection';
import { CertificateOrderConnection, CertificateOrdersArgs } from './types';

/** Fields of an order that the list does not have: each order is read for them. */
const READ_FIELDS = ['dcvMethod', 'domains'];

@Resolver()
export class CertificateOrdersResolver {
  @Authorized(SCOPE.readOrders)
  @Query(() => CertificateOrderConnection, {
    nullable: true,
    description:
      'Orders of the account, newest first. Null, with an error, when they could not be read.',
  })
  async certificateOrders(
    @Args(() => CertificateOrdersArgs) args: CertificateOrdersArgs,
    @Ctx() { caller, orders, useCases, budget }: GraphqlContext,
    @Info() info: GraphQLResolveInfo,
  ): Promise<CertificateOrderConnection> {
    const parsed = parseOrderListQuery(args);
    if (!parsed.ok) {
      const faults = parsed.issues.map(({ path, message }) => `${path.join('.')}: ${message}`);
      return orders.reject(new CodedError('BAD_USER_INPUT', faults.join(' ')));
    }
    if (readsOrders(toSelection(info))) {
      // Before the first of them is read.
      await orders.addReferences(parsed.page);
    }
    const outcome = await useCases.listOrders(parsed.query, caller);
    if (outcome.kind === 'refused') {
      const [{ message = '' } = {}] = outcome.digicertErrors;
      throw new CodedError(
        'BAD_USER_INPUT',
        `DigiCert does not take this filter. ${message}`.trim(),
      );
    }
    if (outcome.kind !== 'found') {
      throw toReadError(outcome);
    }
    const connection = toConnection(outcome.value, parsed.page, parsed.query.offset);
    return budget.spend(connection, info);
  }
}

function toConnection(
  { rows, total }: OrderList,
  page: number,
  offset: number,
): CertificateOrderConnection {
  const edges = rows
    .slice(0, page)
    .map((row, index) => ({ cursor: toCursor(offset + index), node: { id: row.id, row } }));
  return {
    edges,
    pageInfo: {
      hasNextPage: rows.length > page,
      hasPreviousPage: offset > 0,
      startCursor: edges[0]?.cursor,
      endCursor: edges.at(-1)?.cursor,
    },
    totalCount: total,
  };
}

function readsOrders(fields: readonly SelectedField[]): boolean {
  const select = (from: readonly SelectedField[], name: string) =>
    from.filter((field) => field.name === name).flatMap(({ selection }) => selection);
  return select(select(fields, 'edges'), 'node').some(({ name }) => READ_FIELDS.includes(name));
}
