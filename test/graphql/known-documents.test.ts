// A document that Apollo Server has accepted is run without it the next time: the responses must be the same, and
// what is out of the ordinary must still be Apollo Server's.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { ApolloServer } from '@apollo/server';
import { Agent } from 'undici';
import { SIMULATED_ACCOUNT } from '../../src/simulator/orders';
import {
  describeRequest,
  startTestApp,
  type TestApp,
  type TestAppOverrides,
} from '../support/test-app';

const OPERATIONS = join(__dirname, '..', '..', 'schema', 'operations');
const RESEND = readFileSync(join(OPERATIONS, 'resend-dv-emails.graphql'), 'utf8');
const READ = readFileSync(join(OPERATIONS, 'certificate-order.graphql'), 'utf8');
const INPUT = { domainApprovalEmails: [{ domain: 'example.com', email: 'admin@example.com' }] };

const asks = jest.spyOn(ApolloServer.prototype, 'executeHTTPGraphQLRequest');

afterEach(() => asks.mockClear());

/** Everything a client can see in a response, but the moment it was made. */
async function describeResponse(app: TestApp, body: unknown, headers?: Record<string, string>) {
  const response = await app.post(body, headers);
  const { date: _, ...rest } = Object.fromEntries(response.headers);
  const text = await response.text();
  const requests = app.takeUpstreamRequests().map(describeRequest);
  return { status: response.status, headers: rest, text, requests };
}

/** A failure in the log, but for the moment and the way through the code. */
function describeFailure({ time: _time, err, ...rest }: Record<string, unknown>) {
  const { stack: _stack, ...error } = Object(err);
  return { ...rest, err: error };
}

function toQuery(body: unknown): unknown {
  return Object(typeof body === 'string' ? JSON.parse(body) : [body].flat()[0]).query;
}

interface Case {
  readonly body: unknown;
  readonly headers?: Record<string, string>;
  readonly overrides?: TestAppOverrides;
  /** 1: the first time only. 2: the second time too, though the document is known by then. */
  readonly asked: 1 | 2;
}

const throwing = (thrown: unknown): TestAppOverrides => {
  const agent = new Agent();
  agent.dispatch = () => {
    throw thrown;
  };
  return { dispatcher: agent };
};

/** But those that need a deadline to be answered, and the one after which DigiCert is not called for a while. */
const ORDERS = Object.keys(SIMULATED_ACCOUNT).filter(
  (id) => !['1429', '1504', '1603'].includes(id),
);

const CASES: Readonly<Record<string, Case>> = {
  ...Object.fromEntries(
    [...ORDERS, '99', 'not-an-id'].map((orderId) => [
      `a resend for ${orderId}`,
      { body: { query: RESEND, variables: { orderId, input: INPUT } }, asked: 1 } as const,
    ]),
  ),
  'a read': { body: { query: READ, variables: { id: '1001' } }, asked: 1 },
  'a read of an order there is not': { body: { query: READ, variables: { id: '99' } }, asked: 1 },
  'an error of a field': { body: { query: READ, variables: { id: 'x' } }, asked: 1 },
  'a bug': {
    body: { query: RESEND, variables: { orderId: '1001' } },
    overrides: throwing(new Error('secret')),
    asked: 1,
  },
  'something thrown that is no error': {
    body: { query: RESEND, variables: { orderId: '1001' } },
    overrides: throwing({ secret: 1 }),
    asked: 1,
  },
  'literals, aliases, fragments and directives': {
    body: {
      query:
        'mutation A($no: Boolean!) { a: resendDvEmails(orderId: "1001") { ...F } b: resendDvEmails(orderId: "1002") @include(if: $no) { ...F } }' +
        ' fragment F on ResendDvEmailsResult { __typename ... on ResendDvEmailsError { m: message @skip(if: $no) } }',
      variables: { no: false },
    },
    asked: 1,
  },
  'what a federation router asks': {
    body: {
      query:
        'query ($r: [_Any!]!) { _service { sdl } _entities(representations: $r) { __typename ... on CertificateOrder { id status } } }',
      variables: { r: [{ __typename: 'CertificateOrder', id: '1001' }] },
    },
    asked: 1,
  },
  'one operation of two': {
    body: {
      query: 'query A { a: __typename } query B { b: __typename }',
      operationName: 'B',
    },
    asked: 1,
  },
  introspection: { body: { query: '{ __schema { queryType { name } } }' }, asked: 1 },
  'keys that a prototype has': {
    body: '{"query":"{ __typename }","variables":{"constructor":1,"toString":2}}',
    asked: 1,
  },
  'extensions of a client': {
    body: { query: '{ __typename }', extensions: { clientLibrary: { name: 'x' } } },
    asked: 1,
  },
  nulls: {
    body: { query: '{ __typename }', operationName: null, variables: null, extensions: null },
    asked: 1,
  },
  'another Accept header': {
    body: { query: '{ __typename }' },
    headers: { accept: 'application/graphql-response+json, application/json;q=0.9' },
    asked: 1,
  },
  // From here on nothing has run, and it is Apollo Server's to say why.
  'an operation that is not there': {
    body: { query: 'query A { __typename }', operationName: 'B' },
    asked: 2,
  },
  'no name for one operation of two': {
    body: { query: 'query A { a: __typename } query B { b: __typename }' },
    asked: 2,
  },
  'an empty name': { body: { query: 'query A { __typename }', operationName: '' }, asked: 2 },
  'a name that is no text': { body: { query: '{ __typename }', operationName: 1 }, asked: 2 },
  'a variable that is missing': { body: { query: RESEND, variables: {} }, asked: 2 },
  'variables of the wrong types': {
    body: {
      query: RESEND,
      variables: { orderId: true, input: { domainApprovalEmails: 'x', nonsense: 1 } },
    },
    asked: 2,
  },
  'an id that is not exact as a number': {
    body: `{"query":${JSON.stringify(RESEND)},"variables":{"orderId":12345678901234567890}}`,
    asked: 2,
  },
  'variables that are no object': { body: { query: RESEND, variables: [] }, asked: 2 },
  'variables as text': { body: { query: RESEND, variables: '{}' }, asked: 2 },
  'extensions that are no object': { body: { query: '{ __typename }', extensions: [] }, asked: 2 },
  'a hash beside the document': {
    body: {
      query: '{ __typename }',
      extensions: { persistedQuery: { version: 1, sha256Hash: 'x' } },
    },
    asked: 1,
  },
  'a batch': { body: [{ query: '{ __typename }' }], asked: 2 },
  'a document that is not valid': { body: { query: '{ nothing }' }, asked: 2 },
  'a document that is too long to be kept': {
    body: { query: `{ __typename } # ${'x'.repeat(8_000)}` },
    asked: 2,
  },
};

it.each(Object.entries(CASES))(
  'answers the same a second time: %s',
  async (_name, { body, headers, overrides, asked }) => {
    const app = await startTestApp(overrides);

    const first = await describeResponse(app, body, headers);
    if (asked === 2) {
      // Refused as it was, the document may not have been learnt. Without variables no mutation here runs.
      await describeResponse(app, { query: toQuery(body) });
      asks.mockClear();
    }
    const second = await describeResponse(app, body, headers);

    expect(second).toEqual(first);
    expect(asks).toHaveBeenCalledTimes(1);
    const failures = app.log.filter(({ event }) => event === 'request.failed').map(describeFailure);
    expect(failures).toEqual(
      [...failures.slice(0, failures.length / 2)].flatMap((one) => [one, one]),
    );
  },
);

const VALUES = [null, true, false, 0, 1, 1.5, '', 'x', [], ['x'], {}, { x: 1 }];

describe.each(['operationName', 'variables', 'extensions', 'query'])('%s of any type', (name) => {
  it.each(VALUES.map((value) => [value]))(
    'is answered the same a second time: %j',
    async (value) => {
      const app = await startTestApp();
      const query = 'query A { __typename }';
      const body = { query, [name]: value };

      const first = await describeResponse(app, body);
      await describeResponse(app, { query });
      const second = await describeResponse(app, body);

      expect(second).toEqual(first);
      expect(first.status).toBeLessThan(500);
      expect(app.log.filter(({ level }) => Number(level) >= 50)).toEqual([]);
    },
  );
});

it('refuses variables that it has found good before, once they are not', async () => {
  const app = await startTestApp();
  await describeResponse(app, { query: RESEND, variables: { orderId: '1001' } });

  const { status, text, requests } = await describeResponse(app, {
    query: RESEND,
    variables: { orderId: null },
  });

  expect({ status, requests }).toEqual({ status: 400, requests: [] });
  expect(JSON.parse(text).errors[0].extensions.code).toBe('BAD_USER_INPUT');
});

it('uses Apollo Server every time when traces are enabled', async () => {
  const environment = { OTEL_EXPORTER_OTLP_ENDPOINT: 'http://127.0.0.1:9' };
  const app = await startTestApp({ environment });
  await describeResponse(app, { query: '{ __typename }' });
  await describeResponse(app, { query: '{ __typename }' });
  expect(asks).toHaveBeenCalledTimes(2);
});

it('keeps a document for as long as it is among the last hundred', async () => {
  const app = await startTestApp();
  const toBody = (index: number) => ({ query: `query Q${index} { __typename }` });
  for (let index = 0; index <= 100; index += 1) {
    await app.post(toBody(index));
  }
  asks.mockClear();
  await app.post(toBody(100));
  expect(asks).toHaveBeenCalledTimes(0);
  await app.post(toBody(0));
  expect(asks).toHaveBeenCalledTimes(1);
});
