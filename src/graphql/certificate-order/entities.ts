// `_entities` for another subgraph's references, in place of the subgraph library's resolver: that one looks at one
// reference after the other and gives each an error of its own, and an error of a later one leaves the promise of an
// earlier one without anything that awaits it (docs/decisions/0014-hostile-callers.md).
import type { GraphQLResolveInfo } from 'graphql';
import { INVALID_ORDER_ID, isOrderId } from '../../domain/resend-request';
import { CodedError } from '../../lib/coded-error';
import { isObject } from '../../lib/is-object';
import type { GraphqlContext } from '../context';
import type { CertificateOrder } from './types';

/** The one entity of this subgraph. */
const TYPENAME = 'CertificateOrder';

/** As graphql-js resolves the union `_Entity`: by `__typename`. */
type Entity = CertificateOrder & { readonly __typename: typeof TYPENAME };

/**
 * Costs no call: what else is selected is read when it is resolved. Every reference is checked before anything else,
 * and one that is not good is the error of the whole field: a {@link CodedError}, one for all of them.
 */
export async function resolveEntities(
  _root: unknown,
  { representations }: { readonly representations: readonly unknown[] },
  { orders, budget }: GraphqlContext,
  info: GraphQLResolveInfo,
): Promise<readonly Entity[]> {
  await orders.addReferences(representations.length);
  const entities: Entity[] = [];
  for (const [index, representation] of representations.entries()) {
    const id = readReference(representation);
    if (id === undefined) {
      const message = `representations[${index}] is no reference to a ${TYPENAME}: give its __typename and its id. ${INVALID_ORDER_ID}`;
      return orders.reject(new CodedError('BAD_USER_INPUT', message));
    }
    entities.push({ __typename: TYPENAME, id });
  }
  return budget.spend(entities, info);
}

function readReference(representation: unknown): string | undefined {
  if (!isObject(representation) || representation.__typename !== TYPENAME) {
    return undefined;
  }
  // A number beyond 2^53 has lost digits, and names another order.
  const id = Number.isSafeInteger(representation.id)
    ? String(representation.id)
    : representation.id;
  return typeof id === 'string' && isOrderId(id) ? id : undefined;
}
