// One request costs a bounded amount, with any content: docs/bounds.md, with harmless sizes.
import { readFileSync } from 'node:fs';
import { connect } from 'node:net';
import { join } from 'node:path';
import { Agent } from 'undici';
import type { SimulatedAccount } from '../../src/simulator/orders';
import { accept, json } from '../../src/simulator/responders';
import { createKey, sign, startProvider, startWithTokens } from '../support/identity';
import { startTestApp, type TestApp } from '../support/test-app';

const ROOT = join(__dirname, '..', '..');

const MAX_RESPONSE_BYTES = 2_000_000;
const DOMAINS = 'domains { name status method dnsNames approverEmails { email emailDomain } }';

const EVERYTHING = DOMAINS.replace(
  /approverEmails.*/,
  'approverEmailsUnavailable approverEmails { email emailDomain mailServer } txtContactEmails { email emailDomain mailServer } }',
);

const repeat = (count: number, make: (index: number) => string) =>
  Array.from({ length: count }, (_, index) => make(index)).join(' ');

const NAMES = Array.from({ length: 250 }, (_, index) => `host-${index}.example.com`);

/** An order with as many names as DigiCert's largest product has. */
const LARGE = {
  summary: 'an order with 250 names',
  resend: accept,
  validation: {
    order_status: 'pending',
    order_dcv_method: 'email',
    dns_name_validations: NAMES.map((name) => ({ name_scope: name, dns_names: [name] })),
  },
};

const ORDERS: SimulatedAccount = Object.fromEntries(
  Array.from({ length: 50 }, (_, index) => [String(5_000 + index), LARGE]),
);

const REFERENCES = Object.keys(ORDERS).map((id) => ({ __typename: 'CertificateOrder', id }));

const onOrders = (selection: string) =>
  `query($r: [_Any!]!) { _entities(representations: $r) { ... on CertificateOrder { ${selection} } } }`;

interface Told {
  readonly bytes: number;
  readonly data: Record<string, unknown> | null;
  readonly errors: readonly {
    readonly message: string;
    readonly path?: readonly unknown[];
    readonly locations?: readonly unknown[];
    readonly extensions: { readonly code: string };
  }[];
}

async function ask(app: TestApp, query: string, variables: object = {}, headers = {}) {
  const response = await app.post({ query, variables }, headers);
  const text = await response.text();
  const { data = null, errors = [] } = JSON.parse(text) as Partial<Told>;
  app.takeUpstreamRequests();
  expect(
    app.log.filter(({ level, event }) => Number(level) >= 50 && event !== 'request.failed'),
  ).toEqual([]);
  return { bytes: Buffer.byteLength(text), data, errors };
}

const codesOf = ({ errors }: Told) => errors.map(({ extensions }) => extensions.code);

const startWithLargeOrders = () => startTestApp({ orders: ORDERS, quota: [] });

describe('the size of a response', () => {
  it('is enough for an order of 250 names with everything selected', async () => {
    const app = await startWithLargeOrders();

    const told = await ask(
      app,
      `{ certificateOrder(id: "5000") { id status dcvMethod ${EVERYTHING} } }`,
    );

    expect(told.errors).toEqual([]);
    expect(told.data).toMatchObject({ certificateOrder: { domains: { length: 250 } } });
  });

  it.each<[string, string, object]>([
    [
      'lists under aliases',
      `{ certificateOrder(id: "5000") { ${repeat(29, (i) => `a${i}: ${DOMAINS}`)} } }`,
      {},
    ],
    [
      'lists in lists under aliases',
      `{ certificateOrder(id: "5000") { domains { ${repeat(29, (i) => `a${i}: approverEmails { email }`)} } } }`,
      {},
    ],
    [
      'long aliases of what no resolver is called for',
      `{ certificateOrder(id: "5000") { domains { ${repeat(29, (i) => `${'x'.repeat(90)}${i}: __typename`)} } } }`,
      {},
    ],
    ['lists of many references', onOrders(DOMAINS), { r: REFERENCES }],
    ['lists with look-ups of many references', onOrders(EVERYTHING), { r: REFERENCES }],
    [
      'lists of many references under aliases',
      onOrders(repeat(29, (i) => `a${i}: ${DOMAINS}`)),
      { r: REFERENCES },
    ],
  ])('is bounded, and one error says so: %s', async (_name, query, variables) => {
    const app = await startWithLargeOrders();

    const told = await ask(app, query, variables);

    expect(codesOf(told)).toEqual(['RESPONSE_TOO_LARGE']);
    expect(told.bytes).toBeLessThan(MAX_RESPONSE_BYTES);
  });

  it('is bounded before a mutation sends anything whose recipients would not fit', async () => {
    const app = await startWithLargeOrders();
    const entries = NAMES.map((domain) => ({
      domain,
      email: 'admin@example.com',
      emailDomain: 'example.com',
    }));
    const mutate = async (aliases: number) => {
      const { data, errors } = await ask(
        app,
        `mutation($e: [DomainApprovalEmailInput!]) {
          a: resendDvEmails(orderId: "5000", input: { domainApprovalEmails: $e }) { ...F }
          b: resendDvEmails(orderId: "5001", input: { domainApprovalEmails: $e }) { ...F }
        }
        fragment F on ResendDvEmailsSuccess { ${repeat(aliases, (i) => `a${i}: domainApprovalEmails { domain email emailDomain }`)} }`,
        { e: entries },
      );
      return { data, errors: errors.map(({ path, message }) => [path, message.slice(-17)]) };
    };

    expect(await mutate(28)).toEqual({
      data: { a: expect.any(Object), b: null },
      errors: [[['b'], 'Nothing was sent.']],
    });
    expect(app.outbox.map(({ orderId }) => orderId)).toEqual(['5000']);
  });

  it('leaves out details rather than the result of a mutation', async () => {
    const errors = Array.from({ length: 50 }, () => ({ code: 'c', message: 'm'.repeat(900) }));
    const app = await startTestApp({
      orders: { '5000': { summary: '', resend: json(403, { errors }) } },
    });

    const told = await ask(
      app,
      `mutation { resendDvEmails(orderId: "5000") { ... on ResendDvEmailsAccessDeniedError {
        message ${repeat(28, (i) => `a${i}: digicertErrors { message }`)} } } }`,
    );

    expect(told.errors).toEqual([]);
    const member = told.data?.resendDvEmails as Record<string, unknown[]>;
    expect(member.message).toEqual(expect.any(String));
    expect(member.a0?.length).toBeGreaterThan(10);
    expect(member.a0?.length).toBeLessThan(50);
    expect(told.bytes).toBeLessThan(MAX_RESPONSE_BYTES);
  });

  it('holds 50 faults of the input, and the number of all', async () => {
    const app = await startTestApp();
    const entry = { domain: '-', email: '-', emailDomain: '-' };

    const { data } = await app.resend('x', { domainApprovalEmails: Array(250).fill(entry) });

    expect(data?.resendDvEmails).toMatchObject({
      message:
        'Please correct the 751 faults in what you entered; nothing was sent. The first 50 are listed.',
      issues: { length: 50 },
    });
  });

  it('holds 100 errors, and the number of the others', async () => {
    const key = await createKey();
    const app = await startWithTokens(await startProvider(key));
    const headers = { authorization: `Bearer ${await sign(key, { scope: '' })}` };

    const told = await ask(
      app,
      onOrders(repeat(29, (i) => `a${i}: status`)),
      { r: REFERENCES },
      headers,
    );

    expect(told.errors).toHaveLength(101);
    expect(told.errors.at(-1)).toMatchObject({
      message: '1350 further errors are not listed.',
      extensions: { code: 'TOO_MANY_ERRORS', omittedErrors: 1_350 },
    });
    expect(app.log.filter(({ event }) => event === 'auth.forbidden')).toHaveLength(1);
  });

  it('names three places of a field that is selected many times', async () => {
    const app = await startTestApp();

    const told = await ask(
      app,
      `{ certificateOrder(id: "1403") { ${repeat(300, () => 'status')} } }`,
    );

    expect(told.errors.map(({ locations }) => locations?.length)).toEqual([1]);
    const { errors } = await ask(
      app,
      `{ ${repeat(100, () => 'certificateOrder(id: "x") { id }')} }`,
    );
    expect(errors.map(({ locations }) => locations?.length)).toEqual([3]);
  });

  it('does not grow with an alias, which is refused when it is long', async () => {
    const app = await startTestApp();

    const told = await ask(app, `{ ${'x'.repeat(101)}: __typename }`);

    expect(told.errors).toMatchObject([{ extensions: { validationErrorCode: 'ALIAS_TOO_LONG' } }]);
  });
});

describe('what the budget measures', () => {
  const DOMAIN = `${'ü.'.repeat(30)}example`;

  it('is bytes as they leave: of names in other letters, A-labels', async () => {
    const app = await startWithLargeOrders();
    const entries = NAMES.map((_, index) => ({
      domain: `${index}.${DOMAIN}`,
      emailDomain: DOMAIN,
    }));

    const told = await ask(
      app,
      `mutation($e: [DomainApprovalEmailInput!]) { resendDvEmails(orderId: "5000", input: { domainApprovalEmails: $e }) {
        ... on ResendDvEmailsSuccess { ${repeat(20, (i) => `a${i}: domainApprovalEmails { domain emailDomain }`)} } } }`,
      { e: entries },
    );

    expect(codesOf(told)).toEqual(['RESPONSE_TOO_LARGE']);
    expect(app.outbox).toEqual([]);
  });

  it('is no more than a status may be long', async () => {
    const status = 'ß'.repeat(1_000);
    const order = { summary: '', resend: accept, validation: { order_status: status } };
    const app = await startTestApp({ orders: { '5000': order }, quota: [] });

    const told = await ask(app, onOrders(repeat(29, (i) => `a${i}: status`)), {
      r: Array(50).fill(REFERENCES[0]),
    });

    expect(told.errors).toEqual([]);
    expect(told.bytes).toBeLessThan(MAX_RESPONSE_BYTES / 4);
  });

  it('does not prevent the longest mutation there is, with all its faults', async () => {
    const app = await startTestApp();
    const document = readFileSync(
      join(ROOT, 'schema', 'operations', 'resend-dv-emails.graphql'),
      'utf8',
    );
    const [, selection = ''] = /resendDvEmails\([^)]*\) (\{[\s\S]*\})\s*\}/.exec(document) ?? [];
    const entry = { domain: '-', email: '-', emailDomain: '-' };

    const told = await ask(
      app,
      `mutation($e: [DomainApprovalEmailInput!]) { ${repeat(10, (i) => `m${i}: resendDvEmails(orderId: "x", input: { domainApprovalEmails: $e }) { ...F }`)} } fragment F on ResendDvEmailsResult ${selection}`,
      { e: Array(250).fill(entry) },
    );

    expect(told.errors).toEqual([]);
    const members = Object.values(told.data ?? {}) as { issues: unknown[] }[];
    expect(members.map(({ issues }) => issues.length)).toEqual(Array(10).fill(50));
  });
});

describe('a variable that decides about @include or @skip', () => {
  const DOCUMENT =
    'mutation($b: Boolean = true) { resendDvEmails(orderId: "1001") { ... on ResendDvEmailsSuccess { acceptedAt @include(if: $b) order { id @skip(if: $b) } } } }';

  it('is refused when it is null, before anything is sent, also in a document that is known', async () => {
    const app = await startTestApp();

    for (const variables of [{ b: null }, { b: true }, { b: null }]) {
      const { errors } = await ask(app, DOCUMENT, variables);
      expect(errors.map(({ extensions }) => extensions.code)).toEqual(
        variables.b === null ? ['BAD_USER_INPUT'] : [],
      );
    }
    expect(app.outbox).toHaveLength(1);
  });
});

describe('a fault that graphql-js finds before any resolver', () => {
  it.each([
    ['too many faults in the variables', { domainApprovalEmails: Array(20).fill({ nothing: 1 }) }],
    ['a list in place of an object', [[]]],
  ])('is the caller’s, and no error of ours: %s', async (_name, input) => {
    const app = await startTestApp();

    const { errors } = await ask(
      app,
      'mutation($i: ResendDvEmailsInput) { resendDvEmails(orderId: "1", input: $i) { __typename } }',
      { i: input },
    );

    expect(new Set(errors.map(({ extensions }) => extensions.code))).toEqual(
      new Set(['BAD_USER_INPUT']),
    );
    expect(app.log.filter(({ level }) => Number(level) >= 50)).toEqual([]);
  });
});

describe('a document of many lines', () => {
  it('is refused, as each error counts the lines before it', async () => {
    const app = await startTestApp();
    const { errors } = await ask(app, `${'\n'.repeat(1_000)}{ __typename }`);
    expect(errors).toMatchObject([{ extensions: { code: 'BAD_REQUEST' } }]);
    expect((await ask(app, `${'\n'.repeat(999)}{ __typename }`)).errors).toEqual([]);
  });
});

describe('the log of a request', () => {
  it('has three of many unexpected errors, and the number of the others', async () => {
    const agent = new Agent();
    agent.dispatch = () => {
      throw new Error('x'.repeat(100_000));
    };
    const app = await startTestApp({ dispatcher: agent });

    const told = await ask(app, onOrders('status dcvMethod'), { r: REFERENCES.slice(0, 5) });

    expect(told.errors).toHaveLength(10);
    const failed = app.log.filter(({ event }) => event === 'request.failed');
    expect(failed).toHaveLength(4);
    expect(failed[3]).toMatchObject({ omitted: 7 });
    expect(
      Math.max(
        ...app
          .logText()
          .split('\n')
          .map((line) => line.length),
      ),
    ).toBeLessThan(6_000);
  });

  it.each([
    ['CALLER', { CALLER_QUOTA: '1/60s' }],
    ['COOLDOWN', { RESEND_COOLDOWN_SECONDS: '60' }],
  ])('names no recipients of a call that a limit refused: %s', async (scope, environment) => {
    const app = await startTestApp({ environment });
    const input = { domainApprovalEmails: [{ domain: 'example.com' }] };
    await app.resend('1001', input);
    await app.resend('1001', input);

    expect(app.log.at(-1)).toMatchObject({ event: 'resend.completed', scope });
    expect(app.log.at(-1)).not.toHaveProperty('recipients');
    app.takeUpstreamRequests();
  });
});

describe('a connection whose responses are not read', () => {
  it('is ended when they are too long in all', async () => {
    const app = await startWithLargeOrders();
    const toRequest = (query: string) => {
      const body = JSON.stringify({ query });
      return `POST /graphql HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: ${body.length}\r\n\r\n${body}`;
    };
    const read = `{ certificateOrder(id: "5000") { ${repeat(3, (i) => `a${i}: ${DOMAINS}`)} } }`;
    const socket = connect(Number(new URL(app.url).port), '127.0.0.1');
    const ended = new Promise((resolve) => {
      socket.on('error', resolve).on('close', resolve);
    });

    // Responses are sent in order, so those behind one that is still to come have to wait for it.
    const hanging = 'mutation { resendDvEmails(orderId: "1504") { __typename } }';
    socket.write(toRequest(hanging) + toRequest(read).repeat(8));
    await ended;

    app.takeUpstreamRequests();
    app.clock.advance(10_000);
  });
});
