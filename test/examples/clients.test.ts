// The example clients do what their README says: each runs against the gateway, once per kind of answer.
import { readFileSync } from 'node:fs';
import type { RequestListener } from 'node:http';
import { join } from 'node:path';
import { buildSchema, isUnionType, parse, stripIgnoredCharacters, validate } from 'graphql';
import { printGatewaySchema } from '../../src/graphql/print-schema';
import { parseSettings } from '../../src/settings/settings';
import { createKey, sign, startProvider, startWithTokens } from '../auth/identity';
import { START } from '../support/manual-clock';
import { readTable } from '../support/markdown';
import { describeRequest, startTestApp } from '../support/test-app';
import { buildGoClient, CLIENTS, CLIENTS_FOLDER, type ExampleClient, runGo } from './clients';
import { answer, startOther } from './other-server';

const SCHEMA_FOLDER = join(__dirname, '..', '..', 'schema');
const MANIFEST = join(SCHEMA_FOLDER, 'persisted-documents.json');
const RECIPIENT = 'example.com=admin@example.com';
const MAYBE_SENT = 'EMAILS MAY HAVE BEEN SENT. Look for them before you try again.';
const REFUSED = '  DigiCert: simulator|refused: The simulator refuses this order.';

/** What a client says of each order: everything, with `<id>` for the correlation id. */
const TOLD: Readonly<Record<string, readonly string[]>> = {
  '1001': [
    `DigiCert accepted the request at ${START}. Accepted is not delivered.`,
    '  example.com: admin@example.com',
  ],
  '1400': [
    'DigiCert refused this request. Check the recipients and the language; nothing was sent.',
    '  Correlation id: <id>',
    REFUSED,
  ],
  '1404': [
    'DigiCert knows no order 1404 in this account. Check the order id; nothing was sent.',
    '  Correlation id: <id>',
  ],
  '1002': [
    'The order is not pending (its status is issued), so there is nothing left to approve by email. Nothing was sent.',
    '  Correlation id: <id>',
    '  Reason: ORDER_NOT_PENDING',
    REFUSED,
  ],
  '1403': [
    "DigiCert does not let this gateway's account resend emails for this order. Ask the account's administrator; nothing was sent.",
    '  Correlation id: <id>',
    '  DigiCert: access_denied|missing_permission: You do not have permission to access this order.',
  ],
  '1429': [
    'DigiCert takes no more requests for the moment. Try again in 5 s; nothing was sent.',
    '  Correlation id: <id>',
    '  Try again in 5 s (scope DIGICERT).',
  ],
  '1401': [
    "DigiCert rejects this gateway's API key. Tell the gateway's operators, with the correlation id. Nothing was sent.",
    '  Correlation id: <id>',
    '  Reason: CREDENTIALS_REJECTED',
  ],
  '1503': [
    'DigiCert has a problem of its own; try again later. The emails may have been sent all the same: look for them before you try again.',
    '  Correlation id: <id>',
    '  Reason: UNAVAILABLE',
    MAYBE_SENT,
  ],
};

const readme = readFileSync(join(CLIENTS_FOLDER, 'README.md'), 'utf8');
const exitCodes = readTable(readme, 'Exit codes');
const withOrder = exitCodes.filter(([, , order]) => order);

const readSource = ({ file }: ExampleClient) => readFileSync(join(CLIENTS_FOLDER, file), 'utf8');

function lines(output: string): string[] {
  return output
    .replace(/id: [\w-]{36}$/m, 'id: <id>')
    .split('\n')
    .slice(0, -1);
}

describe('the table of exit codes', () => {
  it('has an order for every member of the union', () => {
    const union = buildSchema(printGatewaySchema(), { assumeValidSDL: true }).getType(
      'ResendDvEmailsResult',
    );
    const members = isUnionType(union) ? union.getTypes().map(({ name }) => name) : [];
    const listed = withOrder.map(([, what]) => /ResendDvEmails\w+/.exec(what ?? '')?.[0]);
    expect(members).not.toEqual([]);
    expect(new Set(listed)).toEqual(new Set(members));
    expect(withOrder.map(([, , order]) => order).sort()).toEqual(Object.keys(TOLD).sort());
  });
});

for (const client of CLIENTS) {
  client.describe(`the ${client.name} client`, () => {
    beforeAll(() => {
      if (client.name === 'Go') {
        expect(buildGoClient()).toBe('');
      }
    });

    it('sends the document of schema/operations', () => {
      const [document = ''] = /^mutation [\s\S]*?^\}$/m.exec(readSource(client)) ?? [];
      const operation = join(SCHEMA_FOLDER, 'operations', 'resend-dv-emails.graphql');
      const schema = buildSchema(printGatewaySchema(), { assumeValidSDL: true });
      expect(validate(schema, parse(document))).toEqual([]);
      expect(stripIgnoredCharacters(document)).toBe(
        stripIgnoredCharacters(readFileSync(operation, 'utf8')),
      );
    });

    it('waits for longer than the gateway does', () => {
      const parsed = parseSettings({});
      const gatewayMs = parsed.ok ? parsed.settings.digicertTimeoutMs : Number.NaN;
      const [, seconds] =
        /^(?:const )?timeout(?:_seconds)? ?= ?(\d+)\b/im.exec(readSource(client)) ?? [];
      expect(Number(seconds) * 1_000).toBeGreaterThan(gatewayMs);
    });

    it.each(withOrder)('exits with %s: %s (order %s)', async (code = '', what = '', order = '') => {
      const app = await startTestApp({ environment: { PERSISTED_DOCUMENTS: MANIFEST } });

      const run = await client.run([order, RECIPIENT], { GATEWAY_URL: app.url });

      expect(run.code).toBe(Number(code));
      expect(lines(run.stdout + run.stderr)).toEqual(TOLD[order]);
      expect(run.stderr === '').toBe(what.includes('Success'));
      const [resend, ...rest] = app.takeUpstreamRequests().map(describeRequest);
      expect(resend).toBe(`PUT ${order}`);
      expect(rest.filter((request) => request.startsWith('PUT'))).toEqual([]);
    });

    it('sends the recipients as they are given', async () => {
      const app = await startTestApp();

      const run = await client.run(['1001', '*.example.com=a=b@example.com', RECIPIENT], {
        GATEWAY_URL: app.url,
      });

      expect(run.code).toBe(0);
      expect(app.outbox).toMatchObject([
        {
          body: {
            domain_approval_emails: [
              { domain: '*.example.com', email: 'a=b@example.com' },
              { domain: 'example.com', email: 'admin@example.com' },
            ],
          },
        },
      ]);
      app.takeUpstreamRequests();
    });

    it('lets DigiCert choose the recipients', async () => {
      const app = await startTestApp();

      const run = await client.run(['1001'], { GATEWAY_URL: app.url });

      expect(run.code).toBe(0);
      expect(lines(run.stdout)[1]).toBe('  DigiCert chose the recipients.');
      expect(app.outbox).toMatchObject([{ body: {} }]);
      app.takeUpstreamRequests();
    });

    it('shows each fault beside its place, whatever characters are in it', async () => {
      const app = await startTestApp();

      const run = await client.run(['12x', `-"'$(id)\\n%s=`], { GATEWAY_URL: app.url });

      expect(run.code).toBe(3);
      expect(run.stderr).toMatch(/^ {2}orderId: /m);
      expect(run.stderr).toMatch(/^ {2}input\.domainApprovalEmails\.0\.domain: /m);
      expect(run.stderr).toMatch(/^ {2}input\.domainApprovalEmails\.0\.email: /m);
    });

    it('warns when the gateway knows no outcome', async () => {
      const app = await startTestApp();

      const running = client.run(['1504'], { GATEWAY_URL: app.url });
      await app.nextUpstreamRequest();
      app.clock.advance(10_000);

      const { code, stderr } = await running;
      expect(code).toBe(9);
      expect(stderr).toContain('  Reason: OUTCOME_UNKNOWN\n');
      expect(stderr).toContain(MAYBE_SENT);
      expect(app.takeUpstreamRequests()).toHaveLength(1);
    });

    it('shows its token, and tells when that does not do', async () => {
      const key = await createKey();
      const app = await startWithTokens(await startProvider(key));
      const runWith = (token: string) =>
        client.run(['1001'], { GATEWAY_URL: app.url, GATEWAY_TOKEN: token });

      const [none, good, poor] = [
        await runWith(''),
        await runWith(await sign(key)),
        await runWith(await sign(key, { scope: 'certificate-orders:read' })),
      ];

      expect(good.code).toBe(0);
      expect(none.code).toBe(11);
      expect(lines(none.stderr)).toEqual([
        'Send an access token: Authorization: Bearer <token>. (UNAUTHENTICATED)',
        'Nothing was sent.',
      ]);
      expect(poor.code).toBe(11);
      expect(lines(poor.stderr)).toEqual([
        'This takes the scope dv-emails:resend. (FORBIDDEN)',
        'Nothing was sent.',
      ]);
      expect(app.takeUpstreamRequests()).toHaveLength(1);
    });

    it('tells that the gateway is down, so that nothing was sent', async () => {
      const gone = await startOther(answer(200, {}));
      gone.close();

      const run = await client.run(['1001'], { GATEWAY_URL: gone.url });

      expect(run.code).toBe(12);
      expect(run.stderr).toMatch(/could not be reached.* Nothing was sent\.\n$/);
      expect(run.stderr).not.toContain(MAYBE_SENT);
    });

    it.each<[string, RequestListener]>([
      ['hangs up', (request) => request.socket.destroy()],
      ['is a proxy with a page of its own', answer(502, '<html>Bad gateway</html>')],
      ['redirects', answer(307, '', { location: '/elsewhere' })],
      ['gives JSON that is no GraphQL', answer(200, { status: 'ok' })],
      [
        'fails unexpectedly',
        answer(200, {
          data: { resendDvEmails: null },
          errors: [{ message: 'Masked.', extensions: { code: 'INTERNAL_SERVER_ERROR' } }],
        }),
      ],
    ])('warns, and does not ask again, where what answers %s', async (_what, listener) => {
      const other = await startOther(listener);

      const run = await client.run(['1001'], { GATEWAY_URL: other.url });

      expect(run.code).toBe(9);
      expect(run.stdout).toBe('');
      expect(lines(run.stderr).at(-1)).toBe(MAYBE_SENT);
      expect(other.requests()).toBe(1);
    });

    it('shows the message of an error that was added later', async () => {
      const member = {
        __typename: 'ResendDvEmailsMailboxFullError',
        message: 'The mailbox is full.',
        retryable: true,
        correlationId: 'abc',
      };
      const other = await startOther(answer(200, { data: { resendDvEmails: member } }));

      const run = await client.run(['1001'], { GATEWAY_URL: other.url });

      expect(run.code).toBe(10);
      expect(lines(run.stderr)).toEqual(['The mailbox is full.', '  Correlation id: abc']);
      expect(other.requests()).toBe(1);
    });

    it.each([[[]], [['1001', 'admin@example.com']]])(
      'is told how to be called: %j',
      async (args) => {
        const other = await startOther(answer(200, {}));

        const run = await client.run(args, { GATEWAY_URL: other.url });

        expect(run.code).toBe(2);
        expect(run.stderr).toMatch(/^usage: /);
        expect(other.requests()).toBe(0);
      },
    );

    if (client.name === 'Go') {
      it('is as gofmt and go vet like it', () => {
        expect(runGo('gofmt', '-l', '.')).toBe('');
        expect(runGo('go', 'vet', 'resend.go')).toBe('');
      });
    }
  });
}
