// What can be selected below a type, and how much of it there is. Looked up once, as it is used at every step.
import {
  doTypesOverlap,
  type GraphQLCompositeType,
  type GraphQLOutputType,
  type GraphQLSchema,
  getNamedType,
  isAbstractType,
  isCompositeType,
} from 'graphql';

export class OutputTypes {
  readonly #heights = new Map<GraphQLOutputType, number>();
  readonly #conditions = new Map<GraphQLCompositeType, readonly GraphQLCompositeType[]>();

  constructor(readonly schema: GraphQLSchema) {}

  /** Composite types that can be reached from a type, itself included. */
  listReachable(
    type: GraphQLCompositeType,
    found = new Set<GraphQLCompositeType>(),
  ): readonly GraphQLCompositeType[] {
    found.add(type);
    for (const below of this.#listBelow(type)) {
      if (isCompositeType(below) && !found.has(below)) {
        this.listReachable(below, found);
      }
    }
    return [...found];
  }

  /** Levels of fields below a type; one that contains itself is counted once. */
  measureHeight(type: GraphQLOutputType): number {
    const named = getNamedType(type);
    const known = this.#heights.get(named);
    if (known !== undefined || !isCompositeType(named)) {
      return known ?? 0;
    }
    this.#heights.set(named, 0);
    const heights = this.#listBelow(named).map((below) => this.measureHeight(below));
    const height = (isAbstractType(named) ? 0 : 1) + Math.max(0, ...heights);
    this.#heights.set(named, height);
    return height;
  }

  /** Other types that a fragment within this one may be about. */
  listConditions(type: GraphQLCompositeType): readonly GraphQLCompositeType[] {
    const known =
      this.#conditions.get(type) ??
      Object.values(this.schema.getTypeMap()).filter(
        (other): other is GraphQLCompositeType =>
          isCompositeType(other) && other !== type && doTypesOverlap(this.schema, type, other),
      );
    this.#conditions.set(type, known);
    return known;
  }

  #listBelow(type: GraphQLCompositeType): readonly GraphQLOutputType[] {
    return isAbstractType(type)
      ? this.schema.getPossibleTypes(type)
      : Object.values(type.getFields()).map((field) => getNamedType(field.type));
  }
}
