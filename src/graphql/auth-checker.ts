// Whether a caller may do what a field does, by a scope.
import type { GraphQLResolveInfo } from 'graphql';
import type { AuthCheckerFn } from 'type-graphql';
import { type Caller, toLoggedSubject } from '../domain/caller';
import { CodedError } from '../lib/coded-error';
import type { GraphqlContext } from './context';

/** A request may ask for a field many times over, by aliases and references; it is logged once. */
const loggedFields = new WeakMap<Caller, Set<string>>();

/** Throws for the field, so that other fields of the request still get their values. */
export function checkScope(
  { caller, log }: GraphqlContext,
  info: GraphQLResolveInfo,
  scope: string,
): void {
  const { correlationId, scopes } = caller;
  if (scopes.has(scope)) {
    return;
  }
  const field = `${info.parentType.name}.${info.fieldName}`;
  const logged = loggedFields.get(caller) ?? new Set();
  if (!logged.has(field)) {
    loggedFields.set(caller, logged.add(field));
    const subject = toLoggedSubject(caller);
    log.info({ event: 'auth.forbidden', correlationId, subject, field, scope }, 'scope is missing');
  }
  throw new CodedError('FORBIDDEN', `This takes the scope ${scope}.`);
}

/** For `@Authorized`. */
export const authChecker: AuthCheckerFn<GraphqlContext> = ({ context, info }, [scope = '']) => {
  checkScope(context, info, scope);
  return true;
};
