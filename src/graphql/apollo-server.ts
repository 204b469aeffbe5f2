// Apollo Server around the schema: what is switched on, and what is switched off on purpose.
import { ApolloServer } from '@apollo/server';
import {
  ApolloServerPluginCacheControlDisabled,
  ApolloServerPluginInlineTraceDisabled,
  ApolloServerPluginSchemaReportingDisabled,
  ApolloServerPluginUsageReportingDisabled,
} from '@apollo/server/plugin/disabled';
import type { GraphQLSchema } from 'graphql';
import type { Logger } from 'pino';
import type { GraphqlContext } from './context';
import { createErrorLog, maskError } from './mask-error';

export interface ApolloServerOptions {
  readonly schema: GraphQLSchema;
  readonly log: Logger;
}

export function createApolloServer({
  schema,
  log,
}: ApolloServerOptions): ApolloServer<GraphqlContext> {
  return new ApolloServer<GraphqlContext>({
    schema,
    logger: log,
    formatError: maskError,
    includeStacktraceInErrorResponses: false,
    // main.ts is the only one that listens to signals.
    stopOnTerminationSignals: false,
    plugins: [
      createErrorLog(log),
      // Nothing here is cacheable, and nothing reports to a third party behind the operator's back.
      ApolloServerPluginCacheControlDisabled(),
      ApolloServerPluginInlineTraceDisabled(),
      ApolloServerPluginUsageReportingDisabled(),
      ApolloServerPluginSchemaReportingDisabled(),
    ],
  });
}
