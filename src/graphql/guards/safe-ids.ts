// An id sent as a JSON number beyond 2^53 has lost digits before anybody here could see it, and names
// another order. It is refused rather than mistaken.
import type { ApolloServerPlugin } from '@apollo/server';
import { GraphQLError, GraphQLID, Kind, type TypeNode } from 'graphql';

export function createSafeIdsPlugin(): ApolloServerPlugin {
  return {
    async requestDidStart() {
      return {
        async didResolveOperation({ operation, request }) {
          for (const { variable, type } of operation?.variableDefinitions ?? []) {
            const name = variable.name.value;
            const value: unknown = request.variables?.[name];
            if (isId(type) && !isExact(value)) {
              throw new GraphQLError(
                `Variable "$${name}" is not exact as a number: send the id as a string.`,
                {
                  nodes: [variable],
                  extensions: { code: 'BAD_USER_INPUT', http: { status: 400 } },
                },
              );
            }
          }
        },
      };
    },
  };
}

/** Whether a value, should it be an id, is the one that was sent. */
export function isExact(value: unknown): boolean {
  return typeof value !== 'number' || Number.isSafeInteger(value);
}

function isId(type: TypeNode): boolean {
  return type.kind === Kind.NON_NULL_TYPE
    ? isId(type.type)
    : type.kind === Kind.NAMED_TYPE && type.name.value === GraphQLID.name;
}
