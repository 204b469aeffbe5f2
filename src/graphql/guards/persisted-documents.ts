// The allow-list of documents: a manifest of known operations, in Apollo's persisted query manifest
// format, so that a production gateway runs nothing else.
import { type FieldNode, parse, print, visit } from 'graphql';
import { MAX_TOKENS } from './document-limits';

const MANIFEST_FORMAT = 'apollo-persisted-query-manifest';

export interface PersistedDocuments {
  /** The body with this SHA-256 hash. */
  findByHash(hash: string): string | undefined;
  /** Whether a document is listed, in any layout, and with any `__typename` that a client has added to it. */
  includes(document: string): boolean;
}

/** Throws a sentence about what is wrong with a manifest. */
export function parseManifest(text: string): PersistedDocuments {
  const operations = readOperations(text);
  const bodies = new Map(operations.map(({ id, body }) => [id, body]));
  const listed = new Set(operations.map(({ body }) => normalize(body)));
  return {
    findByHash: (hash) => bodies.get(hash),
    // No listed document normalizes to `undefined`: such a manifest is refused above.
    includes: (document) => listed.has(normalize(document)),
  };
}

/** `id` is the SHA-256 of the body in hexadecimal. */
function readOperations(text: string): readonly { readonly id: string; readonly body: string }[] {
  const { format, version, operations } = parseObject(text);
  if (format !== MANIFEST_FORMAT || version !== 1 || !Array.isArray(operations)) {
    throw new Error(`is no manifest of the format ${MANIFEST_FORMAT}, version 1`);
  }
  for (const operation of operations) {
    const { id, body } = Object(operation);
    if (typeof id !== 'string' || typeof body !== 'string' || normalize(body) === undefined) {
      throw new Error('has an operation whose id is no text, or whose body is no document');
    }
  }
  return operations;
}

function parseObject(text: string): Readonly<Record<string, unknown>> {
  try {
    return Object(JSON.parse(text));
  } catch {
    throw new Error('is not JSON');
  }
}

/**
 * Layout and comments do not count, nor does `__typename`, which clients with a cache (Apollo Client, urql) add wherever
 * they can. `undefined` when the text does not parse.
 */
function normalize(document: string): string | undefined {
  try {
    const parsed = parse(document, { noLocation: true, maxTokens: MAX_TOKENS });
    return print(visit(parsed, { Field: (field) => (isPlainTypename(field) ? null : undefined) }));
  } catch {
    return undefined;
  }
}

function isPlainTypename({ name, alias, arguments: args, directives, selectionSet }: FieldNode) {
  const isBare = !alias && !args?.length && !directives?.length && !selectionSet;
  return name.value === '__typename' && isBare;
}
