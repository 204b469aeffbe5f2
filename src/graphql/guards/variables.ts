// Values of variables that validation lets pass, and that must not get as far as a resolver.
import type { ApolloServerPlugin } from '@apollo/server';
import {
  type DocumentNode,
  GraphQLError,
  GraphQLID,
  Kind,
  type TypeNode,
  type VariableNode,
  visit,
} from 'graphql';

/**
 * For Apollo Server. An id sent as a JSON number beyond 2^53 has lost digits before it could be seen here, and names
 * another order. And a `null` for a variable that decides about `@include` or `@skip` passes validation if the variable
 * has a default; graphql-js throws only when it comes to that field, which may be after emails were sent.
 */
export function createVariablesPlugin(): ApolloServerPlugin {
  return {
    requestDidStart: async () => ({
      didResolveOperation: async ({ document, operation, request: { variables = {} } }) => {
        for (const { variable, type } of operation?.variableDefinitions ?? []) {
          const name = variable.name.value;
          if (isId(type) && !isExact(variables[name])) {
            throw refuse(variable, 'is not exact as a number: send the id as a string.');
          }
          if (variables[name] === null && listConditions(document).has(name)) {
            throw refuse(variable, 'decides about @include or @skip, and must not be null.');
          }
        }
      },
    }),
  };
}

/** Whether a value, should it be an id, is the one that was sent. */
export function isExact(value: unknown): boolean {
  return typeof value !== 'number' || Number.isSafeInteger(value);
}

const conditionsByDocument = new WeakMap<DocumentNode, ReadonlySet<string>>();

/** Names of the variables that decide about `@include` or `@skip`. */
export function listConditions(document: DocumentNode): ReadonlySet<string> {
  const known = conditionsByDocument.get(document);
  if (known) {
    return known;
  }
  const names = new Set<string>();
  visit(document, {
    Directive: ({ arguments: args = [] }) => {
      for (const { value } of args) {
        if (value.kind === Kind.VARIABLE) {
          names.add(value.name.value);
        }
      }
    },
  });
  conditionsByDocument.set(document, names);
  return names;
}

function refuse(variable: VariableNode, fault: string): GraphQLError {
  return new GraphQLError(`Variable "$${variable.name.value}" ${fault}`, {
    nodes: [variable],
    extensions: { code: 'BAD_USER_INPUT', http: { status: 400 } },
  });
}

function isId(type: TypeNode): boolean {
  return type.kind === Kind.NON_NULL_TYPE
    ? isId(type.type)
    : type.kind === Kind.NAMED_TYPE && type.name.value === GraphQLID.name;
}
