// What a router asks of a subgraph, after the behaviours of Apollo's subgraph compatibility tests.
import { parse, print, visit } from 'graphql';
import { addAuthDirectives } from '../../src/graphql/auth-directives';
import { printGatewaySchema } from '../../src/graphql/print-schema';
import { describeRequest, REQUEST_ID, startTestApp, type TestApp } from '../support/test-app';

async function readEntities(app: TestApp, representations: readonly object[], selection = 'id') {
  const response = await app.post({
    query: `query($r: [_Any!]!) { _entities(representations: $r) { ... on CertificateOrder { ${selection} } } }`,
    variables: { r: representations },
  });
  return response.json() as Promise<{ data?: { _entities: unknown[] }; errors?: object[] }>;
}

const refer = (...ids: readonly string[]) =>
  ids.map((id) => ({ __typename: 'CertificateOrder', id }));

describe('the subgraph', () => {
  it('hands its SDL to whoever composes, links federation 2.3 and has the key', async () => {
    const app = await startTestApp();

    const response = await app.post({ query: '{ _service { sdl } }' });

    const { data } = (await response.json()) as { data: { _service: { sdl: string } } };
    const { sdl } = data._service;
    expect(sdl).toContain(
      '@link(url: "https://specs.apollo.dev/federation/v2.3", import: ["@key", "@tag"])',
    );
    expect(sdl).toContain('type CertificateOrder\n  @key(fields: "id")');
    // The same definitions as in the committed file, whatever else federation adds.
    const served = new Set(parse(sdl).definitions.map((definition) => print(definition)));
    const missing = parse(printGatewaySchema())
      .definitions.filter(({ kind }) => kind !== 'SchemaExtension')
      .map((definition) => print(definition))
      .filter((definition) => !served.has(definition));
    // Federation adds fields of its own to the query.
    expect(missing).toEqual([expect.stringMatching(/^type Query \{/)]);
    expect(sdl).toMatch(/certificateOrder\([^)]*id: ID!\s*\): CertificateOrder\b/);
  });

  it('prefixes every type that another team could name, but those of the contract', () => {
    const ours = parse(printGatewaySchema())
      .definitions.flatMap((definition) =>
        'name' in definition && definition.name ? [definition.name.value] : [],
      )
      .filter((name) => !/^(?:ResendDvEmails|CertificateOrder)/.test(name));
    expect(ours.sort()).toEqual([
      'DateTimeISO',
      'DomainApprovalEmail',
      'DomainApprovalEmailInput',
      'Mutation',
      'Query',
    ]);
  });

  it('outlives a list in which one reference is bad and a later one of no type there is', async () => {
    const app = await startTestApp();
    const unhandled = jest.fn();
    process.on('unhandledRejection', unhandled);

    const { errors } = await readEntities(app, [...refer('bad'), { __typename: 'Nothing' }]);
    // Node tells of a rejection that nobody handles after the promises of a turn.
    await new Promise((resolve) => {
      setImmediate(resolve);
    });
    process.off('unhandledRejection', unhandled);

    expect(errors).toHaveLength(1);
    expect(unhandled).not.toHaveBeenCalled();
    expect(await readEntities(app, refer('1001'))).toEqual({
      data: { _entities: [{ id: '1001' }] },
    });
  });

  it('resolves several references in order, without a call when only the id is selected', async () => {
    const app = await startTestApp();

    expect(await readEntities(app, refer('1002', '1001', '999', '1002'), '__typename id')).toEqual({
      data: {
        _entities: [
          { __typename: 'CertificateOrder', id: '1002' },
          { __typename: 'CertificateOrder', id: '1001' },
          { __typename: 'CertificateOrder', id: '999' },
          { __typename: 'CertificateOrder', id: '1002' },
        ],
      },
    });
  });

  it('reads each order once when more is selected; of one that is unknown it says nothing', async () => {
    const app = await startTestApp();

    expect(
      await readEntities(app, refer('1002', '1001', '1404', '1002'), 'id status dcvMethod'),
    ).toEqual({
      data: {
        _entities: [
          { id: '1002', status: 'issued', dcvMethod: 'email' },
          { id: '1001', status: 'pending', dcvMethod: 'email' },
          { id: '1404', status: null, dcvMethod: null },
          { id: '1002', status: 'issued', dcvMethod: 'email' },
        ],
      },
    });
    expect(app.takeUpstreamRequests().map(describeRequest).sort()).toEqual([
      'GET 1001/validation',
      'GET 1002/validation',
      'GET 1404/validation',
    ]);
  });

  it('refuses a reference that is none, and resolves the others', async () => {
    const app = await startTestApp();

    expect(await readEntities(app, refer('1001', 'x'))).toEqual({
      data: { _entities: [{ id: '1001' }, null] },
      errors: [
        expect.objectContaining({
          path: ['_entities', 1],
          extensions: { code: 'BAD_USER_INPUT', correlationId: REQUEST_ID },
        }),
      ],
    });
  });

  it.each([2 ** 63, 1.5, ['1001'], {}, null, true])(
    'refuses %j as the id of a reference',
    async (id) => {
      const app = await startTestApp();

      const { errors } = await readEntities(
        app,
        [{ __typename: 'CertificateOrder', id }],
        'status',
      );

      expect(errors).toEqual([
        expect.objectContaining({
          extensions: { code: 'BAD_USER_INPUT', correlationId: REQUEST_ID },
        }),
      ]);
    },
  );

  it('takes a number for the order it names, and reads that once', async () => {
    const app = await startTestApp();

    const references = [1001, '1001'].map((id) => ({ __typename: 'CertificateOrder', id }));

    expect(await readEntities(app, references, 'id status')).toEqual({
      data: {
        _entities: [
          { id: '1001', status: 'pending' },
          { id: '1001', status: 'pending' },
        ],
      },
    });
    expect(app.takeUpstreamRequests()).toHaveLength(1);
  });

  it('asks for scopes in its SDL only on request, on every field that does or tells something', () => {
    const scopes: Record<string, string> = {};
    visit(parse(addAuthDirectives(printGatewaySchema())), {
      ObjectTypeDefinition(type) {
        for (const field of type.fields ?? []) {
          if (field.directives?.length) {
            scopes[`${type.name.value}.${field.name.value}`] = field.directives
              .map(print)
              .join(' ');
          }
        }
      },
    });
    const reads = '@authenticated @requiresScopes(scopes: [["certificate-orders:read"]])';
    expect(scopes).toEqual({
      'Query.certificateOrder': reads,
      'CertificateOrder.status': reads,
      'CertificateOrder.dcvMethod': reads,
      'CertificateOrder.domains': reads,
      'Mutation.resendDvEmails': '@authenticated @requiresScopes(scopes: [["dv-emails:resend"]])',
    });
    expect(printGatewaySchema()).not.toContain('@requiresScopes');
  });

  it('refuses a reference without an id, and one of a type that is no entity', async () => {
    const app = await startTestApp();

    for (const reference of [
      { __typename: 'CertificateOrder' },
      { __typename: 'Nothing', id: '1' },
    ]) {
      const { data, errors } = await readEntities(app, [reference]);
      expect(data?._entities ?? [null]).toEqual([null]);
      expect(errors).toHaveLength(1);
    }
  });

  it('reads at most 50 orders for one request, and refuses the others with a code', async () => {
    const app = await startTestApp({ quota: [] });
    const ids = Array.from({ length: 60 }, (_, index) => String(2000 + index));

    const { errors } = await readEntities(app, refer(...ids), 'status');

    // Refused as references already: an answer with thousands of them would be too large to be made.
    expect(errors).toHaveLength(10);
    expect(errors?.[0]).toMatchObject({ extensions: { code: 'TOO_MANY_ORDERS' } });
    expect(app.takeUpstreamRequests()).toHaveLength(50);
  });

  it.each([
    ['off', {}, false],
    ['off', { 'apollo-federation-include-trace': 'ftv1' }, false],
    ['on', {}, false],
    ['on', { 'apollo-federation-include-trace': 'ftv1' }, true],
  ])(
    'traces only when asked for and enabled: INLINE_TRACE=%s, headers %j',
    async (setting, headers, traced) => {
      const app = await startTestApp({ environment: { INLINE_TRACE: setting } });

      const response = await app.post(
        { query: '{ __typename }' },
        headers as Record<string, string>,
      );

      const { extensions } = (await response.json()) as { extensions?: { ftv1?: string } };
      expect(extensions?.ftv1 !== undefined).toBe(traced);
    },
  );
});
