// What a router asks of a subgraph, after the behaviours of Apollo's subgraph compatibility tests.
import { parse, print, visit } from 'graphql';
import { printGatewaySchema } from '../../src/graphql/schema';
import { addAuthDirectives } from '../../src/tools/auth-directives';
import { describeRequest, REQUEST_ID, startTestApp, type TestApp } from '../support/test-app';

async function readEntities(app: TestApp, representations: readonly unknown[], selection = 'id') {
  const response = await app.post({
    query: `query($r: [_Any!]!) { _entities(representations: $r) { ... on CertificateOrder { ${selection} } } }`,
    variables: { r: representations },
  });
  return response.json() as Promise<{ data?: { _entities: unknown[] }; errors?: object[] }>;
}

const refer = (...ids: readonly string[]) =>
  ids.map((id) => ({ __typename: 'CertificateOrder', id }));

describe('the subgraph', () => {
  it('shows its SDL for composition, links federation 2.3 and has the key', async () => {
    const app = await startTestApp();

    const response = await app.post({ query: '{ _service { sdl } }' });

    const { data } = (await response.json()) as { data: { _service: { sdl: string } } };
    const { sdl } = data._service;
    expect(sdl).toContain(
      '@link(url: "https://specs.apollo.dev/federation/v2.3", import: ["@key", "@tag"])',
    );
    expect(sdl).toContain('type CertificateOrder\n  @key(fields: "id")');
    // The same definitions as in the committed file, apart from what federation adds.
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
    // Node reports a rejection without a handler after the promises of a turn.
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

  it('refuses all references for an invalid one, with one error that says which', async () => {
    const app = await startTestApp();

    expect(await readEntities(app, refer('1001', 'x', 'y', 'z'), 'status')).toEqual({
      data: null,
      errors: [
        {
          message: expect.stringContaining('representations[1] is no reference'),
          locations: [{ line: 1, column: 23 }],
          path: ['_entities'],
          extensions: { code: 'BAD_USER_INPUT', correlationId: REQUEST_ID },
        },
      ],
    });
    expect(app.log.filter(({ level }) => Number(level) >= 50)).toEqual([]);
  });

  it.each([2 ** 63, -1, 1.5, ['1001'], {}, null, true])(
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

  it('asks for scopes in its SDL only on request, on every field that does or shows something', () => {
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
      'Query.certificateOrders': reads,
      'CertificateOrder.status': reads,
      'CertificateOrder.commonName': reads,
      'CertificateOrder.dnsNames': reads,
      'CertificateOrder.productName': reads,
      'CertificateOrder.orderedAt': reads,
      'CertificateOrder.dcvMethod': reads,
      'CertificateOrder.domains': reads,
      'CertificateOrder.lastResend': reads,
      'Mutation.resendDvEmails': '@authenticated @requiresScopes(scopes: [["dv-emails:resend"]])',
    });
    expect(printGatewaySchema()).not.toContain('@requiresScopes');
  });

  it.each<[unknown]>([
    [{ __typename: 'CertificateOrder' }],
    [{ id: '1' }],
    [{ __typename: 'Nothing', id: '1' }],
    [{ __typename: 'certificateorder', id: '1' }],
    [{ __typename: ['CertificateOrder'], id: '1' }],
    // A type of the schema, and no entity.
    [{ __typename: 'Query', id: '1' }],
    [{ __typename: 'ResendDvEmailsError', id: '1' }],
    ['CertificateOrder'],
    [7],
    [[{ __typename: 'CertificateOrder', id: '1' }]],
  ])('refuses %j, which is no reference', async (reference) => {
    const app = await startTestApp();

    const { data, errors } = await readEntities(app, [reference]);

    expect(data).toBeNull();
    expect(errors).toEqual([
      expect.objectContaining({
        path: ['_entities'],
        extensions: { code: 'BAD_USER_INPUT', correlationId: REQUEST_ID },
      }),
    ]);
    expect(app.log.filter(({ level }) => Number(level) >= 50)).toEqual([]);
  });

  it('takes at most 50 references in one request, over all aliases', async () => {
    const app = await startTestApp({ quota: [] });
    const ids = Array.from({ length: 50 }, (_, index) => String(2000 + index));
    const read = async (document: string) => {
      const response = await app.post({ query: document, variables: { r: refer(...ids) } });
      return response.json() as Promise<{ data?: { a: unknown[] }; errors?: object[] }>;
    };
    const select = (field: string) =>
      `_entities(representations: $r) { ... on CertificateOrder { ${field} } }`;

    expect((await read(`query($r: [_Any!]!) { a: ${select('status')} }`)).data?.a).toHaveLength(50);
    expect(app.takeUpstreamRequests()).toHaveLength(50);
    const { data, errors } = await read(
      `query($r: [_Any!]!) { a: ${select('id')} b: ${select('id')} }`,
    );

    expect(data).toBeNull();
    expect(errors).toEqual([
      expect.objectContaining({
        path: ['b'],
        extensions: { code: 'TOO_MANY_ORDERS', correlationId: REQUEST_ID },
      }),
    ]);
  });

  it('shows its SDL where introspection is on, or to the router alone', async () => {
    const SECRET = 'the-secret-of-the-router';
    const ask = async (environment: Record<string, string>) => {
      const app = await startTestApp({ environment });
      const body = { query: '{ _service { sdl } }' };
      const { data, errors } = (await (
        await app.post(body, { 'x-router-secret': SECRET })
      ).json()) as { data?: object | null; errors?: { extensions: { code: string } }[] };
      return errors?.[0]?.extensions.code ?? Object.keys(data ?? {});
    };

    expect(await ask({ INTROSPECTION: 'on' })).toEqual(['_service']);
    expect(await ask({ INTROSPECTION: 'off', EXPLORER: 'off' })).toBe('FORBIDDEN');
    expect(await ask({ INTROSPECTION: 'off', EXPLORER: 'off', ROUTER_SECRET: SECRET })).toEqual([
      '_service',
    ]);
  });

  it('gives no trace to a router that asks for one', async () => {
    const app = await startTestApp();

    const response = await app.post(
      { query: '{ __typename }' },
      { 'apollo-federation-include-trace': 'ftv1' },
    );

    expect(await response.json()).not.toHaveProperty('extensions');
  });
});
