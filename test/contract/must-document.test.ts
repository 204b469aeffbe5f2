// What the HTTP edge promises of GraphQL documents.
import { keepPromises, PRODUCTION, type Promised, QUERY } from '../support/promises';
import { describeRequest } from '../support/test-app';

async function expectRefusedDocument(
  response: Response,
  code: string,
  validationErrorCode?: string,
): Promise<void> {
  expect(response.status).toBe(400);
  const body = (await response.json()) as { errors: { extensions: object }[] };
  expect(body).not.toHaveProperty('data');
  expect(body.errors.length).toBeLessThanOrEqual(6);
  expect(body.errors[0]?.extensions).toEqual({
    code,
    ...(validationErrorCode && { validationErrorCode }),
    correlationId: 'test-request',
  });
}

const repeat = (count: number, make: (index: number) => string) =>
  Array.from({ length: count }, (_, index) => make(index)).join(' ');

const resendField = (index: number) => `m${index}: resendDvEmails(orderId: "1001") { __typename }`;

const PROMISES: readonly Promised[] = [
  {
    id: 'LTOK',
    must: 'MUST refuse a document of more than 1000 tokens',
    fn: async (app) => {
      const response = await app.post({ query: `{ ${repeat(1000, () => '__typename')} }` });
      await expectRefusedDocument(response, 'GRAPHQL_PARSE_FAILED');
    },
  },
  {
    id: 'LREC',
    must: 'MUST refuse a document whose fragments unfold to more than 500 fields',
    fn: async (app) => {
      const fragments = repeat(
        9,
        (index) => `fragment F${index} on Query { ...F${index + 1} ...F${index + 1} }`,
      );
      await expectRefusedDocument(
        await app.post({ query: `{ ...F0 } ${fragments} fragment F9 on Query { __typename }` }),
        'GRAPHQL_VALIDATION_FAILED',
        'MAX_RECURSIVE_SELECTIONS_EXCEEDED',
      );
    },
  },
  {
    id: 'LALI',
    must: 'MUST refuse more than 30 aliases, and take 30',
    fn: async (app) => {
      const query = (count: number) => ({
        query: `{ ${repeat(count, (index) => `a${index}: __typename`)} }`,
      });
      expect((await app.post(query(30))).status).toBe(200);
      await expectRefusedDocument(
        await app.post(query(31)),
        'GRAPHQL_VALIDATION_FAILED',
        'TOO_MANY_ALIASES',
      );
    },
  },
  {
    id: 'LDIR',
    must: 'MUST refuse more than 20 directives, and take 20',
    fn: async (app) => {
      const query = (count: number) => ({
        query: `{ ${repeat(count, () => '__typename @include(if: true)')} }`,
      });
      expect((await app.post(query(20))).status).toBe(200);
      await expectRefusedDocument(
        await app.post(query(21)),
        'GRAPHQL_VALIDATION_FAILED',
        'TOO_MANY_DIRECTIVES',
      );
    },
  },
  {
    id: 'LMUT',
    must: 'MUST refuse more than 10 fields in a mutation before any email goes out, and take 10',
    fn: async (app) => {
      const refused = [
        `mutation { ${repeat(11, resendField)} }`,
        `mutation { ...F ...F } fragment F on Mutation { ${repeat(6, resendField)} }`,
        `mutation { ... { ${repeat(6, resendField)} } ... on Mutation { ${repeat(5, (index) => resendField(index + 6))} } }`,
        `query A { __typename } mutation B { ${repeat(11, resendField)} }`,
      ];
      for (const query of refused) {
        const response = await app.post({
          query,
          operationName: query.includes('B {') ? 'A' : undefined,
        });
        await expectRefusedDocument(
          response,
          'GRAPHQL_VALIDATION_FAILED',
          'TOO_MANY_MUTATION_FIELDS',
        );
      }
      expect(app.takeUpstreamRequests()).toEqual([]);
      const response = await app.post({ query: `mutation { ${repeat(10, resendField)} }` });
      expect(Object.keys(((await response.json()) as { data: object }).data)).toHaveLength(10);
      expect(app.takeUpstreamRequests()).toHaveLength(10);
    },
  },
  {
    id: 'SMUT',
    must: 'MUST take the number of fields in a mutation from MAX_MUTATION_FIELDS',
    environment: { MAX_MUTATION_FIELDS: '1' },
    fn: async (app) => {
      await expectRefusedDocument(
        await app.post({ query: `mutation { ${repeat(2, resendField)} }` }),
        'GRAPHQL_VALIDATION_FAILED',
        'TOO_MANY_MUTATION_FIELDS',
      );
    },
  },
  {
    id: 'SEQM',
    must: 'MUST run the fields of one mutation one after the other, as GraphQL says',
    fn: async (app) => {
      await app.post({
        query:
          'mutation { a: resendDvEmails(orderId: "1002") { __typename } b: resendDvEmails(orderId: "1001") { __typename } }',
      });
      expect(app.takeUpstreamRequests().map(describeRequest)).toEqual([
        'PUT 1002',
        'GET 1002',
        'PUT 1001',
      ]);
    },
  },
  {
    id: 'LERR',
    must: 'MUST report at most 5 errors of a document and of its variables, and that there are more',
    fn: async (app) => {
      const invalid = await app.post({ query: `{ ${repeat(50, (index) => `nope${index}`)} }` });
      expect(((await invalid.json()) as { errors: [] }).errors.length).toBeLessThanOrEqual(6);
      const coercion = await app.post({
        query:
          'mutation($i: ResendDvEmailsInput) { resendDvEmails(orderId: "1", input: $i) { __typename } }',
        variables: {
          i: { domainApprovalEmails: Array.from({ length: 250 }, () => ({ domain: {} })) },
        },
      });
      expect(coercion.status).toBe(400);
      expect(((await coercion.json()) as { errors: [] }).errors.length).toBeLessThanOrEqual(6);
    },
  },
  {
    id: 'BTCH',
    must: 'MUST refuse a batch',
    fn: async (app) => {
      const response = await app.post([QUERY, QUERY]);
      expect(response.status).toBe(400);
      expect(await response.json()).toMatchObject({
        errors: [{ extensions: { code: 'BAD_REQUEST' } }],
      });
    },
  },
  {
    id: 'GMUT',
    must: 'MUST refuse a mutation by GET with 405, and send nothing',
    fn: async (app) => {
      const query = encodeURIComponent(
        'mutation { resendDvEmails(orderId: "1001") { __typename } }',
      );
      const response = await fetch(`${app.url}?query=${query}`, {
        headers: { 'apollo-require-preflight': '1' },
      });
      expect(response.headers.get('allow')).toBe('POST');
      expect(response.status).toBe(405);
      expect(await response.json()).toMatchObject({
        errors: [{ extensions: { code: 'METHOD_NOT_ALLOWED' } }],
      });
    },
  },
  {
    id: 'INTR',
    must: 'MUST hide the schema in production: no introspection, no suggestions of names',
    environment: PRODUCTION,
    fn: async (app) => {
      await expectRefusedDocument(
        await app.post({ query: '{ __schema { types { name } } }' }),
        'GRAPHQL_VALIDATION_FAILED',
        'INTROSPECTION_DISABLED',
      );
      for (const query of [
        '{ certificateOrde(id: "1") { id } }',
        'mutation { resendDvEmail { a } }',
      ]) {
        const text = await (await app.post({ query })).text();
        expect(text).not.toMatch(/Did you mean|certificateOrder|resendDvEmails/);
      }
      const wrongInput = await app.post({
        query:
          'mutation($i: ResendDvEmailsInput) { resendDvEmails(orderId: "1", input: $i) { __typename } }',
        variables: { i: { local: 'en' } },
      });
      expect(await wrongInput.text()).not.toMatch(/Did you mean/);
    },
  },
  {
    id: 'INTD',
    must: 'MUST serve the whole introspection query in development',
    fn: async (app) => {
      const { getIntrospectionQuery } = await import('graphql');
      const response = await app.post({ query: getIntrospectionQuery() });
      expect(await response.json()).toMatchObject({
        data: { __schema: { types: expect.any(Array) } },
      });
    },
  },
  {
    id: 'SUBS',
    must: 'MUST refuse a subscription as a fault of the document',
    fn: async (app) => {
      await expectRefusedDocument(
        await app.post({ query: 'subscription { __typename }' }),
        'GRAPHQL_VALIDATION_FAILED',
        'OPERATION_NOT_SUPPORTED',
      );
    },
  },
  {
    id: 'LMSG',
    must: 'MUST NOT echo a long value at length',
    fn: async (app) => {
      const response = await app.post({ query: `{ ${'x'.repeat(50_000)} }` });
      expect((await response.text()).length).toBeLessThan(2_000);
    },
  },
];

keepPromises(
  [
    'LTOK',
    'LREC',
    'LALI',
    'LDIR',
    'LMUT',
    'SMUT',
    'SEQM',
    'LERR',
    'BTCH',
    'GMUT',
    'INTR',
    'INTD',
    'SUBS',
    'LMSG',
  ],
  PROMISES,
);
