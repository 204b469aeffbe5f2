// Documents that Apollo Server has parsed, validated and measured against our limits, and the short way for
// requests that send one of them again. What Apollo Server does for a request it does for its document and its
// form; where both are known to be good, only running the operation is left, and that is graphql-js' part
// anyway. The short way saves two fifths of the CPU (docs/performance.md), and answers the same, byte for byte
// (test/graphql/known-documents.test.ts). Every other request goes to Apollo Server.
import {
  type DocumentNode,
  execute,
  type FormattedExecutionResult,
  GraphQLError,
  type GraphQLFormattedError,
  type GraphQLSchema,
} from 'graphql';
import { LRUCache } from 'lru-cache';
import { isObject } from '../lib/is-object';
import type { GraphqlContext } from './context';
import { LIBRARY_LIMITS } from './guards/document-limits';
import { isExact, listConditions } from './guards/variables';
import type { ErrorMask } from './mask-error';

/** More operations than the clients of one mutation and one query have. */
const MAX_DOCUMENTS = 100;

/** Characters; the longest of our own operations has under 2000. Comments weigh far more parsed than written. */
const MAX_SOURCE_LENGTH = 8_000;

export class KnownDocuments {
  readonly #byHash = new LRUCache<string, DocumentNode>({ max: MAX_DOCUMENTS });
  readonly #bySource = new LRUCache<string, DocumentNode>({ max: MAX_DOCUMENTS });

  constructor(
    private readonly schema: GraphQLSchema,
    private readonly errorMask: ErrorMask,
  ) {}

  /** For Apollo Server's `documentStore`, which keeps nothing but what it has accepted. */
  readonly store = {
    get: async (key: string) => this.#byHash.get(toHash(key)),
    set: async (key: string, document: DocumentNode) => {
      const source = document.loc?.source.body;
      if (source !== undefined && source.length <= MAX_SOURCE_LENGTH) {
        this.#byHash.set(toHash(key), document);
        this.#bySource.set(source, document);
      }
    },
    delete: async (key: string) => {
      this.#byHash.delete(toHash(key));
    },
  };

  /** The text of an accepted document, by its SHA-256 in hexadecimal. */
  findByHash(hash: string): string | undefined {
    return this.#byHash.get(hash)?.loc?.source.body;
  }

  /**
   * Runs the operation of a POST's body, if its document is known. `undefined`, at once or in the end: nothing has run,
   * and the request is Apollo Server's to answer.
   */
  run(
    body: unknown,
    createContext: () => GraphqlContext,
  ): Promise<FormattedExecutionResult | undefined> | undefined {
    const request = Object(body);
    const { query, operationName, variables, extensions } = request;
    const document = typeof query === 'string' ? this.#bySource.get(query) : undefined;
    const isPlain =
      document !== undefined &&
      (operationName == null || typeof operationName === 'string') &&
      (variables == null || (isObject(variables) && areSafe(variables, document))) &&
      (extensions == null || isObject(extensions));
    if (!isPlain) {
      return undefined;
    }
    // All that are in flight share one text.
    request.query = document.loc?.source.body;
    const { schema, errorMask } = this;
    const contextValue = createContext();
    const execution = execute({
      schema,
      document,
      operationName,
      variableValues: variables,
      contextValue,
      options: LIBRARY_LIMITS.executionOptions,
    });
    return Promise.resolve(execution).then(({ data, errors }) => {
      // Without data not even the variables were good, and no resolver was called.
      if (data === undefined) {
        return undefined;
      }
      const formatted = errors?.map((error) => errorMask.format(toFormatted(error), error));
      return formatted
        ? { errors: errorMask.addCorrelationId(formatted, contextValue.caller.correlationId), data }
        : { data };
    });
  }
}

/** Apollo Server's key is the schema's hash and the document's, or the latter alone behind `apq:`. */
export function toHash(key: string): string {
  return key.slice(key.indexOf(':') + 1);
}

function areSafe(variables: Readonly<Record<string, unknown>>, document: DocumentNode): boolean {
  return Object.entries(variables).every(
    ([name, value]) => isExact(value) && !(value === null && listConditions(document).has(name)),
  );
}

/** An error so broken that graphql-js could not even locate it is returned unchanged. */
function toFormatted(error: unknown): GraphQLFormattedError {
  return error instanceof GraphQLError ? error.toJSON() : { message: '' };
}
