// What a field's selection set selects, fragments and all.
import { type FieldNode, type GraphQLResolveInfo, Kind, type SelectionSetNode } from 'graphql';

/** A field of a selection set with its fragments spread, for any type. */
export interface SelectedField {
  readonly name: string;
  readonly responseKey: string;
  readonly selection: readonly SelectedField[];
}

/** By the first of the nodes that graphql-js merges, which a known document keeps from request to request. */
const known = new WeakMap<
  FieldNode,
  { readonly fieldNodes: readonly FieldNode[]; readonly selection: readonly SelectedField[] }
>();

/** What was collected last for the same nodes, for instance for the item before in a list. */
export function toSelection({
  fieldNodes,
  fragments,
}: GraphQLResolveInfo): readonly SelectedField[] {
  const [first] = fieldNodes;
  const last = first && known.get(first);
  const isSame =
    last?.fieldNodes.length === fieldNodes.length &&
    last.fieldNodes.every((node, index) => node === fieldNodes[index]);
  if (isSame) {
    return last.selection;
  }
  const selection = collectFields(fieldNodes, fragments);
  if (first) {
    known.set(first, { fieldNodes, selection });
  }
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
