// Whether a caller may do what a field does, by the scope that it asks for, with `@Authorized` or by itself.
import type { ResolverData } from 'type-graphql';
import type { Caller } from '../domain/caller';
import { CodedError } from '../lib/coded-error';
import type { GraphqlContext } from './context';

/** A request may ask for a field many times over, by aliases and references; it is logged once. */
const loggedFields = new WeakMap<Caller, Set<string>>();

/**
 * Throws for the field, so that other fields of the request still get their values. An arrow function, as type-graphql
 * takes every other one for a class.
 */
export const checkScope = (
  { context, info }: Pick<ResolverData<GraphqlContext>, 'context' | 'info'>,
  [scope = '']: string[],
): boolean => {
  const { caller, useCases } = context;
  const { correlationId, scopes } = caller;
  if (scopes.has(scope)) {
    return true;
  }
  const field = `${info.parentType.name}.${info.fieldName}`;
  const logged = loggedFields.get(caller) ?? new Set();
  if (!logged.has(field)) {
    loggedFields.set(caller, logged.add(field));
    // An email address is logged as the audit trail's hash alone.
    const subject = caller.subject?.includes('@') ? undefined : caller.subject;
    const fields = { event: 'auth.forbidden', correlationId, subject, field, scope };
    useCases.log.info(fields, 'scope is missing');
  }
  throw new CodedError('FORBIDDEN', `This takes the scope ${scope}.`);
};
