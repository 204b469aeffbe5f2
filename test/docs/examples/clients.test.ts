// The example clients do what their README says: each runs against the gateway, once per kind of answer.
import { readdirSync, readFileSync } from 'node:fs';
import type { RequestListener } from 'node:http';
import { join } from 'node:path';
import { buildSchema, isUnionType, parse, stripIgnoredCharacters, validate } from 'graphql';
import { printGatewaySchema } from '../../../src/graphql/schema';
import { parseSettings } from '../../../src/settings/settings';
import { createKey, sign, startProvider, startWithTokens } from '../../support/identity';
import { START } from '../../support/manual-clock';
import { readTable } from '../../support/markdown';
import { describeRequest, startTestApp } from '../../support/test-app';
import { buildGoClient, CLIENTS, CLIENTS_FOLDER, type ExampleClient, runGo } from './clients';
import { ESCAPED, HOSTILE, HOSTILE_MEMBERS, MISSHAPEN } from './hostile-texts';
import { respond, startOther } from './other-server';
import { MAYBE_SENT, TOLD } from './told';

const SCHEMA_FOLDER = join(__dirname, '..', '..', '..', 'schema');
const MANIFEST = join(SCHEMA_FOLDER, 'persisted-documents.json');
const RECIPIENT = 'example.com=admin@example.com';
const readme = readFileSync(join(CLIENTS_FOLDER, 'README.md'), 'utf8');
const exitCodes = readTable(readme, 'Exit codes');
const withOrder = exitCodes.filter(([, , order]) => order);

function readSource({ name, source }: ExampleClient): string {
  const path = join(CLIENTS_FOLDER, source);
  const files = name === 'Go' ? readdirSync(path).map((file) => join(path, file)) : [path];
  return files.map((file) => readFileSync(file, 'utf8')).join('');
}

function lines(output: string): string[] {
  return output
    .replace(/id: [\w-]{32,36}$/m, 'id: <id>')
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

    it.each([
      ['mutation', 'resend-dv-emails.graphql'],
      ['query', 'certificate-orders.graphql'],
    ])('sends the %s of schema/operations', (kind, file) => {
      const [document = ''] =
        new RegExp(`^${kind} [\\s\\S]*?^\\}$`, 'm').exec(readSource(client)) ?? [];
      const operation = join(SCHEMA_FOLDER, 'operations', file);
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

    it('lists the orders of a domain, and sends nothing', async () => {
      const app = await startTestApp({ environment: { PERSISTED_DOCUMENTS: MANIFEST } });

      const run = await client.run(['--domain', 'www.bakery0.ashford.example'], {
        GATEWAY_URL: app.url,
      });

      expect(run).toEqual({
        code: 0,
        stdout: '20300  issued  bakery0.ashford.example  2026-11-27T12:00:00.000Z\n',
        stderr: '',
      });
      expect(app.takeUpstreamRequests()).toHaveLength(1);
      expect(app.outbox).toEqual([]);
    });

    it('shows what DigiCert leaves out of an order as -, the rest escaped, and says that there are more', async () => {
      const node = { id: '1', status: null, commonName: HOSTILE, orderedAt: null };
      const certificateOrders = { edges: [{ node }], pageInfo: { hasNextPage: true } };
      const other = await startOther(respond(200, { data: { certificateOrders } }));

      const run = await client.run(['--domain', 'example.com'], { GATEWAY_URL: other.url });

      expect(run).toEqual({
        code: 0,
        stdout: `1  -  ${ESCAPED}  -\n`,
        stderr: 'There are more: these are the newest 100.\n',
      });
    });

    it.each<[string, RequestListener, RegExp]>([
      ['hangs up', (request) => request.socket.destroy(), /could not be listed\.\n$/],
      ['is a proxy', respond(502, '<html>Bad gateway</html>'), /could not be listed\.\n$/],
      ['gives no GraphQL', respond(200, { status: 'ok' }), /could not be listed\.\n$/],
      [
        'refuses',
        respond(200, {
          data: { certificateOrders: null },
          errors: [{ message: 'No.', extensions: { code: 'FORBIDDEN' } }],
        }),
        /^No\. \(FORBIDDEN\)\n$/,
      ],
    ])('lists nothing where what responds %s, and does not warn', async (_what, listener, told) => {
      const other = await startOther(listener);

      const run = await client.run(['--domain', 'example.com'], { GATEWAY_URL: other.url });

      expect(run.code).toBe(13);
      expect(run.stdout).toBe('');
      expect(run.stderr).toMatch(told);
      expect(run.stderr).not.toContain(MAYBE_SENT);
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

    it('shows each fault beside its place, with any characters in it', async () => {
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

    it('shows what is known of the attempt behind a cool-down', async () => {
      const member = {
        __typename: 'ResendDvEmailsRateLimitedError',
        message: 'A request for these emails is in progress.',
        retryable: true,
        correlationId: 'abc',
        scope: 'COOLDOWN',
        retryAfterSeconds: 5,
        lastResend: {
          attemptedAt: START,
          outcome: 'IN_PROGRESS',
          emailsMayHaveBeenSent: true,
          domains: [],
          correlationId: null,
        },
      };
      const other = await startOther(respond(200, { data: { resendDvEmails: member } }));

      const run = await client.run(['1001'], { GATEWAY_URL: other.url });

      expect(run.code).toBe(7);
      expect(lines(run.stderr).slice(2)).toEqual([
        '  Try again in 5 s (scope COOLDOWN).',
        `  Attempt of ${START}: IN_PROGRESS`,
      ]);
    });

    it.each<[string, RequestListener]>([
      ['is lost', (request) => request.socket.destroy()],
      ['is the page of a proxy', respond(502, '<html>Bad gateway</html>')],
    ])('shows the id of its request where the response %s', async (_what, listener) => {
      const sent: unknown[] = [];
      const other = await startOther((request, response) => {
        sent.push(request.headers['x-request-id']);
        listener(request, response);
      });

      const run = await client.run(['1001'], { GATEWAY_URL: other.url });

      const [, id] = /^ {2}Correlation id: ([\w-]{32,36})$/m.exec(run.stderr) ?? [];
      expect(sent).toEqual([id]);
    });

    it('sends its token, and reports when that is refused', async () => {
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

    it('reports that nothing was sent where the gateway refused the request itself', async () => {
      const app = await startTestApp();

      const run = await client.run(['1001'], { GATEWAY_URL: `${app.url}/nowhere` });

      expect(run.code).toBe(11);
      expect(lines(run.stderr)).toEqual([
        'Not found. GraphQL is at /graphql. (NOT_FOUND)',
        'Nothing was sent.',
      ]);
    });

    it('reports that the gateway is down, so that nothing was sent', async () => {
      const gone = await startOther(respond(200, {}));
      gone.close();

      const run = await client.run(['1001'], { GATEWAY_URL: gone.url });

      expect(run.code).toBe(12);
      expect(run.stderr).toMatch(/could not be reached.* Nothing was sent\.\n$/);
      expect(run.stderr).not.toContain(MAYBE_SENT);
    });

    it.each<[string, RequestListener]>([
      ['hangs up', (request) => request.socket.destroy()],
      ['is a proxy with a page of its own', respond(502, '<html>Bad gateway</html>')],
      ['redirects', respond(307, '', { location: '/elsewhere' })],
      ['gives JSON that is no GraphQL', respond(200, { status: 'ok' })],
      ['gives a member of another shape', respond(200, { data: { resendDvEmails: MISSHAPEN } })],
      [
        'fails unexpectedly',
        respond(200, {
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
      expect(run.stderr).not.toContain(MISSHAPEN.issues);
      expect(other.requests()).toBe(1);
    });

    it('shows the message of an error that was added later', async () => {
      const member = {
        __typename: 'ResendDvEmailsMailboxFullError',
        message: 'The mailbox is full.',
        retryable: true,
        correlationId: 'abc',
      };
      const other = await startOther(respond(200, { data: { resendDvEmails: member } }));

      const run = await client.run(['1001'], { GATEWAY_URL: other.url });

      expect(run.code).toBe(10);
      expect(lines(run.stderr)).toEqual(['The mailbox is full.', '  Correlation id: abc']);
      expect(other.requests()).toBe(1);
    });

    it.each(HOSTILE_MEMBERS)(
      'shows what a terminal would obey or hide escaped, in %s',
      async (_what, member, told) => {
        const other = await startOther(respond(200, { data: { resendDvEmails: member } }));

        const run = await client.run(['1001'], { GATEWAY_URL: other.url });

        expect(lines(run.stdout + run.stderr)).toEqual(told);
      },
    );

    it('shows what a terminal would obey or hide escaped, in top-level errors', async () => {
      const errors = [{ message: HOSTILE, extensions: { code: HOSTILE } }];
      const other = await startOther(respond(400, { errors }));

      const run = await client.run(['1001'], { GATEWAY_URL: other.url });

      expect(lines(run.stderr)).toEqual([`${ESCAPED} (${ESCAPED})`, MAYBE_SENT]);
    });

    it.each([[[]], [['1001', 'admin@example.com']], [['--domain', 'a.example', 'b.example']]])(
      'gets the usage: %j',
      async (args) => {
        const other = await startOther(respond(200, {}));

        const run = await client.run(args, { GATEWAY_URL: other.url });

        expect(run.code).toBe(2);
        expect(run.stderr).toMatch(/^usage: /);
        expect(other.requests()).toBe(0);
      },
    );

    if (client.name === 'Go') {
      it('is as gofmt and go vet like it', () => {
        expect(runGo('gofmt', '-l', '.')).toBe('');
        expect(runGo('go', 'vet')).toBe('');
      });
    }
  });
}
