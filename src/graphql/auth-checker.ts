// Whether a caller may do what a field does, by the scope its `@Authorized` names.
import type { Logger } from 'pino';
import type { AuthCheckerFn } from 'type-graphql';
import { toLoggedSubject } from '../domain/caller';
import type { GraphqlContext } from './context';
import { CodedError } from './errors/coded-error';

/** Throws for the field, so that other fields of the request still get their answers. */
export function createAuthChecker(log: Logger): AuthCheckerFn<GraphqlContext, string> {
  return ({ context: { caller }, info }, [scope = '']) => {
    if (!caller.scopes.has(scope)) {
      const { correlationId } = caller;
      const subject = toLoggedSubject(caller);
      const field = `${info.parentType.name}.${info.fieldName}`;
      log.info(
        { event: 'auth.forbidden', correlationId, subject, field, scope },
        'scope is missing',
      );
      throw new CodedError('FORBIDDEN', `This takes the scope ${scope}.`);
    }
    return true;
  };
}
