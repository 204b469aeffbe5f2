// Apollo Server around the schema: what is switched on, and what is switched off on purpose.
import { ApolloServer, type ApolloServerPlugin } from '@apollo/server';
import {
  ApolloServerPluginCacheControlDisabled,
  ApolloServerPluginInlineTraceDisabled,
  ApolloServerPluginLandingPageDisabled,
  ApolloServerPluginSchemaReportingDisabled,
  ApolloServerPluginUsageReportingDisabled,
} from '@apollo/server/plugin/disabled';
import { GraphQLError } from 'graphql';
import type { Logger } from 'pino';
import type { GraphqlContext } from './context';
import { createDocumentLimitsRule, LIBRARY_LIMITS } from './guards/document-limits';
import type { PersistedDocuments } from './guards/persisted-documents';
import { createVariablesPlugin } from './guards/variables';
import { KnownDocuments, toHash } from './known-documents';
import { createErrorMask, createErrorPlugin } from './mask-error';
import { getSchema } from './schema';

interface GraphqlOptions {
  readonly log: Logger;
  /** Root fields of a mutation, those in its fragments included. */
  readonly maxMutationFields: number;
  /** Off: no introspection, and no suggestions of names in the schema. */
  readonly introspection: boolean;
  readonly auth: { readonly routerSecrets: readonly string[] };
  /** For plugins that see every operation: tracing. */
  readonly plugins: readonly ApolloServerPlugin<GraphqlContext>[];
  /** Set: the only documents that are run, and what a hash may stand for. */
  readonly persistedDocuments: PersistedDocuments | undefined;
}

export async function startGraphql(options: GraphqlOptions) {
  const { log, maxMutationFields, introspection, auth, plugins, persistedDocuments } = options;
  const schema = getSchema(introspection || auth.routerSecrets.length > 0);
  const errorMask = createErrorMask(log, introspection);
  const documents = new KnownDocuments(schema, errorMask);
  const apollo = new ApolloServer<GraphqlContext>({
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
    persistedQueries: { cache: toQueryCache(persistedDocuments ?? documents) },
    documentStore: documents.store,
    ...LIBRARY_LIMITS,
    validationRules: [createDocumentLimitsRule(maxMutationFields)],
    // main.ts is the only one that listens to signals.
    stopOnTerminationSignals: false,
    plugins: [
      ...plugins,
      createErrorPlugin(errorMask),
      createVariablesPlugin(),
      TEXT_BEFORE_HASH,
      ...(persistedDocuments ? [createAllowListPlugin(persistedDocuments)] : []),
      // The explorer is at `/`, whichever it is.
      ApolloServerPluginLandingPageDisabled(),
      // Nothing here is cacheable, and nothing reports to a third party behind the operator's back.
      ApolloServerPluginCacheControlDisabled(),
      ApolloServerPluginInlineTraceDisabled(),
      ApolloServerPluginUsageReportingDisabled(),
      ApolloServerPluginSchemaReportingDisabled(),
    ],
  });
  await apollo.start();
  // A trace shows all of Apollo Server's steps, so there is no way past it.
  return { apollo, documents: plugins.length > 0 ? undefined : documents };
}

/** Apollo Server's way to turn a hash into a document. No document is remembered for having come with its hash. */
function toQueryCache(documents: Pick<PersistedDocuments, 'findByHash'>) {
  return {
    get: async (key: string) => documents.findByHash(toHash(key)),
    set: async () => {},
    delete: async () => {},
  };
}

/** A hash beside a text says nothing: it may be the manifest's, and the text what a client's cache has made of it. */
const TEXT_BEFORE_HASH: ApolloServerPlugin = {
  requestDidStart: async ({ request: { query, extensions } }) => {
    if (query !== undefined) {
      delete extensions?.persistedQuery;
    }
  },
};

/** A second check after the route's, for a document that came in any other way. */
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
