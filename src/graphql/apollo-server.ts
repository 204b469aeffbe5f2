// Apollo Server around the schema: what is switched on, and what is switched off on purpose.
import { ApolloServer, type ApolloServerPlugin } from '@apollo/server';
import {
  ApolloServerPluginCacheControlDisabled,
  ApolloServerPluginInlineTraceDisabled,
  ApolloServerPluginLandingPageDisabled,
  ApolloServerPluginSchemaReportingDisabled,
  ApolloServerPluginUsageReportingDisabled,
} from '@apollo/server/plugin/disabled';
import { GraphQLError, type GraphQLSchema } from 'graphql';
import type { Logger } from 'pino';
import type { GraphqlContext } from './context';
import { createErrorPlugin, type ErrorMask } from './errors/mask-error';
import {
  createDocumentLimitsRule,
  type DocumentLimits,
  MAX_RECURSIVE_SELECTIONS,
  MAX_REPORTED_ERRORS,
  MAX_TOKENS,
} from './guards/document-limits';
import type { PersistedDocuments } from './guards/persisted-documents';
import { createVariablesPlugin } from './guards/variables';
import type { KnownDocuments } from './known-documents';

export interface ApolloServerOptions {
  readonly schema: GraphQLSchema;
  readonly log: Logger;
  readonly errorMask: ErrorMask;
  /** Where accepted documents are kept. */
  readonly documents: KnownDocuments;
  readonly limits: DocumentLimits;
  /** Off: no introspection, and no hints at names in the schema. */
  readonly introspection: boolean;
  /** Whether a router may ask for a trace (ftv1) with an answer. */
  readonly inlineTrace: boolean;
  /** Whatever wants to see every operation: tracing. */
  readonly plugins?: readonly ApolloServerPlugin<GraphqlContext>[];
  /** Set: what a hash may stand for. */
  readonly persistedDocuments?: PersistedDocuments | undefined;
}

export function createApolloServer(options: ApolloServerOptions): ApolloServer<GraphqlContext> {
  const { schema, log, errorMask, documents, limits, introspection, inlineTrace } = options;
  const { persistedDocuments } = options;
  return new ApolloServer<GraphqlContext>({
    schema,
    logger: log,
    // Every option that would depend on NODE_ENV is set here.
    nodeEnv: 'production',
    introspection,
    // The mask drops suggestions: Apollo Server's pattern takes quadratic time on a long message.
    hideSchemaDetailsFromClientErrors: false,
    formatError: errorMask.format,
    includeStacktraceInErrorResponses: false,
    allowBatchedHttpRequests: false,
    csrfPrevention: true,
    // Without a list, registering documents by hash would only fill memory.
    persistedQueries: persistedDocuments ? { cache: toQueryCache(persistedDocuments) } : false,
    documentStore: documents.store,
    parseOptions: { maxTokens: MAX_TOKENS },
    validationRules: [createDocumentLimitsRule(limits)],
    validationOptions: { maxErrors: MAX_REPORTED_ERRORS },
    executionOptions: { maxCoercionErrors: MAX_REPORTED_ERRORS },
    maxRecursiveSelections: MAX_RECURSIVE_SELECTIONS,
    // main.ts is the only one that listens to signals.
    stopOnTerminationSignals: false,
    plugins: [
      ...(options.plugins ?? []),
      createErrorPlugin(errorMask),
      createVariablesPlugin(),
      ...(persistedDocuments ? [createAllowListPlugin(persistedDocuments)] : []),
      // The explorer is at `/`, whichever it is: server/explorer.
      ApolloServerPluginLandingPageDisabled(),
      // Nothing here is cacheable, and nothing reports to a third party behind the operator's back.
      ApolloServerPluginCacheControlDisabled(),
      inlineTrace ? createInlineTrace() : ApolloServerPluginInlineTraceDisabled(),
      ApolloServerPluginUsageReportingDisabled(),
      ApolloServerPluginSchemaReportingDisabled(),
    ],
  });
}

/** Loaded only where it is asked for, as is the protocol it speaks. */
function createInlineTrace(): ApolloServerPlugin {
  const { ApolloServerPluginInlineTrace } =
    require('@apollo/server/plugin/inlineTrace') as typeof import('@apollo/server/plugin/inlineTrace');
  return ApolloServerPluginInlineTrace({ includeErrors: { masked: true } });
}

/** Apollo Server's way to turn a hash into a document. What is not listed is never learnt. */
function toQueryCache(documents: PersistedDocuments) {
  return {
    // Apollo Server prefixes the hash.
    get: async (key: string) => documents.findByHash(key.replace(/^apq:/, '')),
    set: async () => {},
    delete: async () => {},
  };
}

/** The second lock behind the route's: whatever way a document came, it is looked at once more. */
function createAllowListPlugin(documents: PersistedDocuments): ApolloServerPlugin {
  return {
    requestDidStart: async () => ({
      didResolveOperation: async ({ source }) => {
        if (!documents.includes(source)) {
          throw new GraphQLError('This document is not listed.', {
            extensions: { code: 'QUERY_NOT_IN_SAFELIST' },
          });
        }
      },
    }),
  };
}
