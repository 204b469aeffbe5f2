// Parsed and validated documents, kept so that a client's few operations are parsed once. Bounded by
// count and by length of the source: a document of comments weighs far more parsed than written.
import type { DocumentNode } from 'graphql';
import { LRUCache } from 'lru-cache';

/** More operations than the clients of one mutation and one query have. */
const MAX_DOCUMENTS = 100;

/** Characters; the longest of our own operations has under 2000. */
const MAX_SOURCE_LENGTH = 8_000;

/** For Apollo Server's `documentStore`. */
export function createDocumentCache() {
  const documents = new LRUCache<string, DocumentNode>({ max: MAX_DOCUMENTS });
  return {
    get: async (key: string) => documents.get(key),
    set: async (key: string, document: DocumentNode) => {
      const length = document.loc?.source.body.length ?? Number.POSITIVE_INFINITY;
      if (length <= MAX_SOURCE_LENGTH) {
        documents.set(key, document);
      }
    },
    delete: async (key: string) => {
      documents.delete(key);
    },
  };
}
