// The allow-list of documents: a manifest of known operations, in Apollo's persisted query manifest
// format, so that a production gateway runs nothing else.
import { createHash } from 'node:crypto';
import {
  type FieldNode,
  getOperationAST,
  parse,
  print,
  stripIgnoredCharacters,
  visit,
} from 'graphql';
import { MAX_TOKENS } from './document-limits';

const FORMAT = 'apollo-persisted-query-manifest';

export interface PersistedOperation {
  /** SHA-256 of the body in hexadecimal, as automatic persisted queries compute it. */
  readonly id: string;
  readonly name: string;
  readonly type: 'query' | 'mutation' | 'subscription';
  readonly body: string;
}

export interface PersistedDocuments {
  /** The body with this SHA-256 hash. */
  findByHash(hash: string): string | undefined;
  /** Whether a document is listed, however it is laid out, and whatever `__typename` a client has added to it. */
  includes(document: string): boolean;
}

/** One operation a source, as in `schema/operations/`. Throws on a source without exactly one. */
export function printManifest(sources: readonly string[]): string {
  const operations = sources.map((source): PersistedOperation => {
    const document = parse(source, { noLocation: true });
    const operation = getOperationAST(document);
    if (!operation?.name) {
      throw new Error('Each file of operations holds one named operation.');
    }
    const body = print(document);
    const id = createHash('sha256').update(body).digest('hex');
    return { id, name: operation.name.value, type: operation.operation, body };
  });
  return `${JSON.stringify({ format: FORMAT, version: 1, operations }, null, 2)}\n`;
}

/** Throws a sentence about what is wrong with a manifest. */
export function parseManifest(text: string): PersistedDocuments {
  const operations = readOperations(text);
  const bodies = new Map(operations.map(({ id, body }) => [id, body]));
  const normalized = new Set(operations.map(({ body }) => stripIgnoredCharacters(body)));
  const bare = new Set(operations.map(({ body }) => dropTypenames(body)));
  const isListedBare = (text: string | undefined) => text !== undefined && bare.has(text);
  return {
    findByHash: (hash) => bodies.get(hash),
    includes: (document) => {
      const text = normalize(document);
      if (text === undefined) {
        return false;
      }
      return normalized.has(text) || isListedBare(dropTypenames(document));
    },
  };
}

function readOperations(text: string): readonly PersistedOperation[] {
  const { format, version, operations } = parseObject(text);
  if (format !== FORMAT || version !== 1 || !Array.isArray(operations)) {
    throw new Error(`is no manifest of the format ${FORMAT}, version 1`);
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

/** `undefined` when the text cannot even be read token by token. */
function normalize(document: string): string | undefined {
  try {
    return stripIgnoredCharacters(document);
  } catch {
    return undefined;
  }
}

/**
 * Clients with a cache (Apollo Client, urql) add `__typename` wherever they can, so it does not count. `undefined`
 * when the text does not parse.
 */
function dropTypenames(document: string): string | undefined {
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
