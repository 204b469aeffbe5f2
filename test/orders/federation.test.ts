// What a router asks of a subgraph, after the behaviours of Apollo's subgraph compatibility tests.
import { parse } from 'graphql';
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
    // The same types as in the committed file, which is laid out by another printer.
    const namesOf = (text: string) =>
      parse(text)
        .definitions.flatMap((definition) =>
          'name' in definition && definition.name && definition.kind !== 'DirectiveDefinition'
            ? [definition.name.value]
            : [],
        )
        .filter((name) => !/^_|^link__|^federation__/.test(name))
        .sort();
    expect([...new Set(namesOf(sdl))]).toEqual(namesOf(printGatewaySchema()));
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
