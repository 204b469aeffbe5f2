// What a caller may do: by scope, field by field.
import { parse } from 'graphql';
import { printGatewaySchema } from '../../src/graphql/schema';
import { addAuthDirectives } from '../../src/tools/auth-directives';
import {
  createKey,
  MUTATION,
  type SigningKey,
  sign,
  startProvider,
  startWithTokens,
} from '../support/identity';
import { describeRequest } from '../support/test-app';

const RESEND = 'dv-emails:resend';
const READ = 'certificate-orders:read';

let key: SigningKey;

beforeAll(async () => {
  key = await createKey();
});

/** Runs a document for a token of some scopes. */
async function run(query: string, scope: string, variables = {}) {
  const app = await startWithTokens(await startProvider(key));
  const token = await sign(key, { scope });
  const response = await app.post({ query, variables }, { authorization: `Bearer ${token}` });
  return {
    status: response.status,
    body: (await response.json()) as { data: unknown; errors?: object[] },
    requests: app.takeUpstreamRequests().map(describeRequest),
    log: app.log,
  };
}

const forbidden = (scope: string, ...path: readonly (string | number)[]) => ({
  message: `This takes the scope ${scope}.`,
  path,
  locations: expect.any(Array),
  extensions: { code: 'FORBIDDEN', correlationId: 'test-request' },
});

describe('scopes', () => {
  it('refuse and grant without telling the log an email address', async () => {
    const app = await startWithTokens(await startProvider(key));
    for (const scope of [READ, RESEND]) {
      const token = await sign(key, { scope, sub: 'agent@example.com' });
      await app.post(MUTATION, { authorization: `Bearer ${token}` });
      const query = '{ certificateOrder(id: "1001") { status } }';
      await app.post({ query }, { authorization: `Bearer ${token}` });
    }
    app.takeUpstreamRequests();
    expect(app.logText()).not.toContain('agent@');
    const subjectsOf = (name: string) =>
      app.log.filter(({ event }) => event === name).map(({ subject }) => subject);
    expect(subjectsOf('resend.completed')).toEqual([expect.stringMatching(/^[\w-]{16}$/)]);
    expect(subjectsOf('order.read')).toEqual(subjectsOf('resend.completed'));
  });

  it('are required by the mutation', async () => {
    const { status, body, requests, log } = await run(MUTATION.query, READ);
    expect(status).toBe(200);
    expect(body).toEqual({
      data: { resendDvEmails: null },
      errors: [forbidden(RESEND, 'resendDvEmails')],
    });
    expect(requests).toEqual([]);
    expect(log).toContainEqual(
      expect.objectContaining({
        event: 'auth.forbidden',
        subject: 'agent-7',
        field: 'Mutation.resendDvEmails',
        scope: RESEND,
      }),
    );
  });

  it('are required by the query', async () => {
    const { body, requests } = await run('{ certificateOrder(id: "1001") { id } }', RESEND);
    expect(body).toEqual({
      data: { certificateOrder: null },
      errors: [forbidden(READ, 'certificateOrder')],
    });
    expect(requests).toEqual([]);
  });

  it('that lack for the order leave the result of a mutation as it is', async () => {
    const { body, requests } = await run(
      'mutation { resendDvEmails(orderId: "1001") { ... on ResendDvEmailsSuccess { order { id status domains { name } } } } }',
      RESEND,
    );
    expect(body).toEqual({
      data: { resendDvEmails: { order: { id: '1001', status: null, domains: null } } },
      errors: expect.arrayContaining([
        forbidden(READ, 'resendDvEmails', 'order', 'status'),
        forbidden(READ, 'resendDvEmails', 'order', 'domains'),
      ]),
    });
    expect(requests).toEqual(['PUT 1001']);
  });

  it('are required by each field of a mutation, and before its arguments are checked', async () => {
    const { body, requests } = await run(
      'mutation { a: resendDvEmails(orderId: "1001") { __typename } b: resendDvEmails(orderId: "?") { __typename } }',
      READ,
    );
    expect(body).toEqual({
      data: { a: null, b: null },
      errors: [forbidden(RESEND, 'a'), forbidden(RESEND, 'b')],
    });
    expect(requests).toEqual([]);
  });

  it('are required on every path to the field', async () => {
    const { body, requests } = await run(
      'query { ...F ... @include(if: true) { b: certificateOrder(id: "1002") { domains { name } } } } fragment F on Query { a: certificateOrder(id: "1001") { status } }',
      '',
    );
    expect(body).toEqual({
      data: { a: null, b: null },
      errors: [forbidden(READ, 'a'), forbidden(READ, 'b')],
    });
    expect(requests).toEqual([]);
  });

  it('that suffice for reading allow nothing else', async () => {
    const { body, requests } = await run(
      '{ certificateOrder(id: "1001") { id status dcvMethod } }',
      READ,
    );
    expect(body).toEqual({
      data: { certificateOrder: { id: '1001', status: 'pending', dcvMethod: 'email' } },
    });
    expect(requests).toEqual(['GET 1001/validation']);
  });

  it('are required by the fields of an order another subgraph refers to', async () => {
    const { body, requests } = await run(
      'query ($refs: [_Any!]!) { _entities(representations: $refs) { ... on CertificateOrder { id status } } }',
      RESEND,
      { refs: [{ __typename: 'CertificateOrder', id: '1001' }] },
    );
    expect(body).toEqual({
      data: { _entities: [{ id: '1001', status: null }] },
      errors: [forbidden(READ, '_entities', 0, 'status')],
    });
    expect(requests).toEqual([]);
  });

  it('are not asked for by the schema', async () => {
    const { body } = await run('{ _service { sdl } }', '');
    expect(body).toEqual({ data: { _service: { sdl: expect.stringContaining('type') } } });
  });

  it('are those that the directives of the schema name', async () => {
    const marked = parse(addAuthDirectives(printGatewaySchema())).definitions.flatMap((type) =>
      type.kind === 'ObjectTypeDefinition'
        ? (type.fields ?? [])
            .filter(({ directives }) =>
              directives?.some(({ name }) => name.value === 'requiresScopes'),
            )
            .map(({ name }) => `${type.name.value}.${name.value}`)
        : [],
    );
    const { log } = await run(
      `query ($refs: [_Any!]!) {
        certificateOrder(id: "1001") { id }
        certificateOrders { totalCount }
        _entities(representations: $refs) { ... on CertificateOrder { status dcvMethod commonName dnsNames productName orderedAt domains { name } lastResend { outcome } } }
      }`,
      '',
      { refs: [{ __typename: 'CertificateOrder', id: '1001' }] },
    );
    const mutation = await run(MUTATION.query, '');
    const refused = [...log, ...mutation.log]
      .filter(({ event }) => event === 'auth.forbidden')
      .map(({ field }) => field);
    expect(refused.sort()).toEqual(marked.sort());
  });
});
