// What can be selected below a type, and how much of it there is.
import {
  type GraphQLCompositeType,
  type GraphQLOutputType,
  type GraphQLSchema,
  getNamedType,
  isAbstractType,
  isCompositeType,
} from 'graphql';

/** The composite types that can be reached from a type, itself included. */
export function listTypes(
  schema: GraphQLSchema,
  type: GraphQLOutputType,
  found = new Set<GraphQLCompositeType>(),
): Set<GraphQLCompositeType> {
  const named = getNamedType(type);
  if (isCompositeType(named) && !found.has(named)) {
    found.add(named);
    for (const below of listBelow(schema, named)) {
      listTypes(schema, below, found);
    }
  }
  return found;
}

/** Levels of fields below a type; one that contains itself is counted once. */
export function measureHeight(
  schema: GraphQLSchema,
  type: GraphQLOutputType,
  above: readonly GraphQLOutputType[] = [],
): number {
  const named = getNamedType(type);
  if (!isCompositeType(named) || above.includes(named)) {
    return 0;
  }
  const heights = listBelow(schema, named).map((below) =>
    measureHeight(schema, below, [...above, named]),
  );
  return (isAbstractType(named) ? 0 : 1) + Math.max(0, ...heights);
}

function listBelow(
  schema: GraphQLSchema,
  type: GraphQLCompositeType,
): readonly GraphQLOutputType[] {
  return isAbstractType(type)
    ? schema.getPossibleTypes(type)
    : Object.values(type.getFields()).map((field) => field.type);
}
