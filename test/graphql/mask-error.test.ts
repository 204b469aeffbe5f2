// An unexpected exception says nothing to the caller but a correlation id, and everything to the log.
import { GraphQLError } from 'graphql';
import { Agent, type Dispatcher } from 'undici';
import { createLog } from '../../src/telemetry/log';
import { API_KEY, REQUEST_ID, startTestApp } from '../support/test-app';

/** A transport with a bug in it: the one part that a test can break from outside. */
function throwing(thrown: unknown): Dispatcher {
  const agent = new Agent();
  agent.dispatch = () => {
    throw thrown;
  };
  return agent;
}

const MASKED = {
  message: expect.stringContaining('unexpected'),
  locations: [{ line: 2, column: 3 }],
  path: ['resendDvEmails'],
  extensions: { code: 'INTERNAL_SERVER_ERROR', correlationId: REQUEST_ID },
};

const secret = `secret-detail ${API_KEY}`;

describe('an unexpected exception', () => {
  it.each<[string, unknown]>([
    ['an Error', new Error('secret-detail')],
    [
      'an Error with a GraphQL code',
      Object.assign(new Error('secret-detail'), { extensions: { code: 'BAD_USER_INPUT', secret } }),
    ],
    ['a GraphQLError', new GraphQLError('secret-detail', { extensions: { code: 'BAD_REQUEST' } })],
    ['a text', 'secret-detail'],
    ['an object', { secret: 'secret-detail' }],
    [
      'an object without a prototype',
      Object.assign(Object.create(null), { secret: 'secret-detail' }),
    ],
    ['null', null],
    ['undefined', undefined],
    ['a symbol', Symbol('secret-detail')],
  ])('is masked when it is %s', async (_name, thrown) => {
    const app = await startTestApp({ dispatcher: throwing(thrown) });

    const response = await app.post({
      query: 'mutation {\n  resendDvEmails(orderId: "1001") { __typename }\n}',
    });
    const text = await response.text();

    expect(JSON.parse(text)).toEqual({ data: { resendDvEmails: null }, errors: [MASKED] });
    expect(response.status).toBe(200);
    expect(response.headers.get('x-request-id')).toBe(REQUEST_ID);
    expect(text).not.toMatch(/secret-detail|stack|node_modules|\.ts/);
    expect(app.log.filter(({ event }) => event === 'request.failed')).toEqual([
      expect.objectContaining({
        level: 50,
        correlationId: REQUEST_ID,
        err: expect.objectContaining({ stack: expect.any(String) }),
      }),
    ]);
  });

  it('does not null the results of the other fields', async () => {
    const app = await startTestApp({ dispatcher: throwing(new Error('secret-detail')) });

    const response = await app.post({
      query:
        'mutation { refused: resendDvEmails(orderId: "x") { __typename } broken: resendDvEmails(orderId: "1") { __typename } }',
    });

    expect(await response.json()).toMatchObject({
      data: { refused: { __typename: 'ResendDvEmailsInvalidInputError' }, broken: null },
      errors: [{ path: ['broken'], extensions: { correlationId: REQUEST_ID } }],
    });
  });

  it('gets a correlation id of its own when the caller gives none, or one not fit for a log', async () => {
    const app = await startTestApp({ dispatcher: throwing(new Error('x')) });
    const query = 'mutation { resendDvEmails(orderId: "1") { __typename } }';
    const uuid = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

    for (const given of ['', 'has space', '{"forged":1}', 'x'.repeat(129)]) {
      const response = await app.post({ query }, { 'x-request-id': given });
      const id = response.headers.get('x-request-id') ?? '';
      expect(id).toMatch(uuid);
      expect(await response.json()).toMatchObject({
        errors: [{ extensions: { correlationId: id } }],
      });
      expect(app.log.at(-1)).toMatchObject({ event: 'request.failed', correlationId: id });
    }
  });
});

describe('a fault of the caller', () => {
  it.each([
    ['a document that does not parse', { query: 'mutation {' }, 'GRAPHQL_PARSE_FAILED'],
    ['an unknown field', { query: '{ nope }' }, 'GRAPHQL_VALIDATION_FAILED'],
    [
      'a variable of the wrong type',
      {
        query: 'mutation($id: ID!) { resendDvEmails(orderId: $id) { __typename } }',
        variables: { id: { a: 1 } },
      },
      'BAD_USER_INPUT',
    ],
    [
      'a null for an argument that takes none, found while executing',
      {
        query: 'mutation($id: ID = "1") { resendDvEmails(orderId: $id) { __typename } }',
        variables: { id: null },
      },
      'BAD_USER_INPUT',
    ],
    [
      'an unknown operation name',
      { query: 'query A { __typename }', operationName: 'B' },
      'OPERATION_RESOLUTION_FAILURE',
    ],
    ['no query', {}, 'BAD_REQUEST'],
  ])('keeps its code and message: %s', async (_name, body, code) => {
    const app = await startTestApp();

    const response = await app.post(body);

    expect(await response.json()).toMatchObject({
      errors: [{ message: expect.stringMatching(/\w/), extensions: { code } }],
    });
    expect(app.log.filter(({ event }) => event === 'request.failed')).toEqual([]);
  });
});

describe('a document that overflows the parser', () => {
  it('is refused as what it is, without a word of the engine', async () => {
    const app = await startTestApp();

    for (const query of [
      `{${'...on Query{'.repeat(2_500)}`,
      `{ a(b: ${'['.repeat(2_500)}`,
      `{ a(b: ${'{c:'.repeat(2_500)}`,
    ]) {
      const text = await (await app.post({ query })).text();
      expect(text).toContain('GRAPHQL_PARSE_FAILED');
      expect(text).not.toContain('call stack');
    }
  });
});

describe('the log', () => {
  it('shows no header with credentials', () => {
    const lines: string[] = [];
    const log = createLog('info', { write: (line) => void lines.push(line) });

    log.info({ 'x-dc-devkey': 'hunter2' });
    log.info({ headers: { authorization: 'hunter2', cookie: 'hunter2' } });
    log.info({ req: { headers: { 'x-dc-devkey': 'hunter2' } } });

    expect(lines).toHaveLength(3);
    expect(lines.join('')).not.toContain('hunter2');
  });
});

describe('the API key', () => {
  it('is in no response and no log line, in any case', async () => {
    const app = await startTestApp();
    const responses: unknown[] = [];

    for (const orderId of [
      '1001',
      '1002',
      '1400',
      '1401',
      '1403',
      '1404',
      '1429',
      '1500',
      '1302',
      '1602',
      'x',
    ]) {
      responses.push(
        await app.resend(orderId, { domainApprovalEmails: [{ email: 'admin@example.com' }] }),
      );
    }

    expect(JSON.stringify(responses)).not.toContain(API_KEY);
    expect(app.logText()).not.toContain(API_KEY);
    expect(app.logText()).not.toContain('admin@example.com');
    app.takeUpstreamRequests();
  });
});
