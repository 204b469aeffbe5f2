// Prints the manifest of the operations, in Apollo's format, as a plugin of GraphQL Code Generator (codegen.yml): each by its
// hash, and by that of what clients with a cache make of it.
import { createHash } from 'node:crypto';
import { getOperationAST, Kind, print, visit } from 'graphql';

const TYPENAME = { kind: Kind.FIELD, name: { kind: Kind.NAME, value: '__typename' } };

export function plugin(_schema, documents) {
  const operations = documents.flatMap(({ document, location }) => {
    const operation = getOperationAST(document);
    if (!operation?.name) {
      throw new Error(`${location} does not hold one named operation.`);
    }
    const { name, operation: type } = operation;
    return [document, addTypenames(document)].map(print).map((body) => {
      // As automatic persisted queries compute it.
      const id = createHash('sha256').update(body).digest('hex');
      return { id, name: name.value, type, body };
    });
  });
  const manifest = { format: 'apollo-persisted-query-manifest', version: 1, operations };
  return `${JSON.stringify(manifest, null, 2)}\n`;
}

/** As Apollo Client and urql do for their caches: at the end of each selection but the root's, unless it is there. */
function addTypenames(document) {
  return visit(document, {
    SelectionSet: (set, _key, parent) =>
      parent.kind === Kind.OPERATION_DEFINITION || set.selections.some(isTypename)
        ? undefined
        : { ...set, selections: [...set.selections, TYPENAME] },
  });
}

function isTypename(selection) {
  return selection.kind === Kind.FIELD && selection.name.value === '__typename';
}
