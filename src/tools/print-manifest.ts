// Writes schema/persisted-documents.json (`--check`: compares it): the operations of schema/operations/, each by its hash,
// and by that of what clients with a cache make of it.
import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import {
  type DocumentNode,
  type FieldNode,
  getOperationAST,
  Kind,
  parse,
  print,
  type SelectionNode,
  visit,
} from 'graphql';
import { MANIFEST_FORMAT } from '../graphql/guards/persisted-documents';
import { SCHEMA_FOLDER, writeGenerated } from './write-generated';

const TYPENAME: FieldNode = { kind: Kind.FIELD, name: { kind: Kind.NAME, value: '__typename' } };

function printManifest(): string {
  const folder = join(SCHEMA_FOLDER, 'operations');
  const operations = readdirSync(folder)
    .sort()
    .flatMap((file) => {
      const document = parse(readFileSync(join(folder, file), 'utf8'), { noLocation: true });
      const operation = getOperationAST(document);
      if (!operation?.name) {
        throw new Error(`${file} does not hold one named operation.`);
      }
      const { name, operation: type } = operation;
      return [document, addTypenames(document)].map(print).map((body) => {
        // As automatic persisted queries compute it.
        const id = createHash('sha256').update(body).digest('hex');
        return { id, name: name.value, type, body };
      });
    });
  return `${JSON.stringify({ format: MANIFEST_FORMAT, version: 1, operations }, null, 2)}\n`;
}

/** As Apollo Client and urql do for their caches: at the end of each selection but the root's, unless it is there. */
function addTypenames(document: DocumentNode): DocumentNode {
  return visit(document, {
    SelectionSet: (set, _key, parent) => {
      const isRoot = parent && 'kind' in parent && parent.kind === Kind.OPERATION_DEFINITION;
      return isRoot || set.selections.some(isTypename)
        ? undefined
        : { ...set, selections: [...set.selections, TYPENAME] };
    },
  });
}

function isTypename(selection: SelectionNode): boolean {
  return selection.kind === Kind.FIELD && selection.name.value === '__typename';
}

writeGenerated('persisted-documents.json', printManifest);
