// The supergraph that Hive Gateway serves: one subgraph, made from DigiCert's OpenAPI description.
import { fileURLToPath } from 'node:url';
import { LegacyLogger, Logger } from '@graphql-hive/gateway';
import { defineConfig, getComposedSchemaFromConfig } from '@graphql-mesh/compose-cli';
import { loadOpenAPISubgraph } from '@omnigraph/openapi';

const composeConfig = defineConfig({
  subgraphs: [
    {
      sourceHandler: loadOpenAPISubgraph('digicert', {
        source: fileURLToPath(new URL('openapi.yaml', import.meta.url)),
        endpoint: process.env.DIGICERT_BASE_URL,
        operationHeaders: { 'x-dc-devkey': 'key' },
      }),
    },
  ],
});

/** Resolves with the supergraph's text; ends the process when it cannot be composed. */
export function compose() {
  return getComposedSchemaFromConfig(
    composeConfig,
    LegacyLogger.from(new Logger({ level: 'warn' })),
  );
}
