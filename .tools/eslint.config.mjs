// Lint of the schema and the operations alone; Biome lints the code.
import graphql from '@graphql-eslint/eslint-plugin';

const languageOptions = {
  parser: graphql.parser,
  parserOptions: {
    graphQLConfig: { schema: 'schema/schema.graphql', documents: 'schema/operations/*.graphql' },
  },
};

export default [
  {
    files: ['schema/schema.graphql'],
    plugins: { '@graphql-eslint': graphql },
    languageOptions,
    rules: {
      // Frontends read the schema instead of asking.
      '@graphql-eslint/require-description': [
        'error',
        {
          types: true,
          FieldDefinition: true,
          InputValueDefinition: true,
          EnumValueDefinition: true,
          // The roots are not ours alone: every subgraph has them.
          ignoredSelectors: ['[type=ObjectTypeDefinition][name.value=/^(Query|Mutation)$/]'],
        },
      ],
      // One failing field must never null the results of emails that were sent.
      '@graphql-eslint/require-nullable-result-in-root': 'error',
      '@graphql-eslint/naming-convention': [
        'error',
        {
          types: 'PascalCase',
          FieldDefinition: 'camelCase',
          InputValueDefinition: 'camelCase',
          EnumValueDefinition: 'UPPER_CASE',
        },
      ],
      // A name that only says where it is costs the reader and gains nothing.
      '@graphql-eslint/no-typename-prefix': 'error',
      // A type that no field reaches is either forgotten or about to be missed.
      '@graphql-eslint/no-unreachable-types': 'error',
      // "# comment" above a type is not served to clients.
      '@graphql-eslint/no-hashtag-description': 'error',
      // A deprecation without a way out is a trap.
      '@graphql-eslint/require-deprecation-reason': 'error',
    },
  },
  {
    files: ['schema/operations/*.graphql'],
    plugins: { '@graphql-eslint': graphql },
    languageOptions,
    rules: {
      // Names become those of the typed documents, and of the operations in traces and manifests.
      '@graphql-eslint/no-anonymous-operations': 'error',
      '@graphql-eslint/naming-convention': ['error', { OperationDefinition: 'PascalCase' }],
      '@graphql-eslint/unique-operation-name': 'error',
      '@graphql-eslint/no-unused-variables': 'error',
      '@graphql-eslint/no-unused-fragments': 'error',
      '@graphql-eslint/no-duplicate-fields': 'error',
      '@graphql-eslint/no-deprecated': 'error',
    },
  },
];
