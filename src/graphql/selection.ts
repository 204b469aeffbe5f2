// What a field's selection set selects, fragments and all.
import { type FieldNode, type GraphQLResolveInfo, Kind, type SelectionSetNode } from 'graphql';

/** A field of a selection set with its fragments spread, for any type. */
export interface SelectedField {
  readonly name: string;
  readonly responseKey: string;
  readonly selection: readonly SelectedField[];
}

const known = new WeakMap<readonly FieldNode[], readonly SelectedField[]>();

/** graphql-js uses one list of nodes for all items of a list, so that each is collected once. */
export function toSelection({
  fieldNodes,
  fragments,
}: GraphQLResolveInfo): readonly SelectedField[] {
  const selection = known.get(fieldNodes) ?? collectFields(fieldNodes, fragments);
  known.set(fieldNodes, selection);
  return selection;
}

/** Fields that graphql-js merges count once. */
function collectFields(
  parents: readonly FieldNode[],
  fragments: GraphQLResolveInfo['fragments'],
): readonly SelectedField[] {
  const fields = new Map<string, { name: string; responseKey: string; fieldNodes: FieldNode[] }>();
  const spread = new Set<string>();
  const collect = (selectionSet: SelectionSetNode | undefined): void => {
    for (const selection of selectionSet?.selections ?? []) {
      if (selection.kind === Kind.FIELD) {
        const name = selection.name.value;
        const responseKey = selection.alias?.value ?? name;
        const field = fields.get(`${responseKey}:${name}`);
        if (field) {
          field.fieldNodes.push(selection);
        } else {
          fields.set(`${responseKey}:${name}`, { name, responseKey, fieldNodes: [selection] });
        }
      } else if (selection.kind === Kind.INLINE_FRAGMENT) {
        collect(selection.selectionSet);
      } else if (!spread.has(selection.name.value)) {
        spread.add(selection.name.value);
        collect(fragments[selection.name.value]?.selectionSet);
      }
    }
  };
  for (const { selectionSet } of parents) {
    collect(selectionSet);
  }
  return [...fields.values()].map(({ name, responseKey, fieldNodes }) => ({
    name,
    responseKey,
    selection: collectFields(fieldNodes, fragments),
  }));
}
