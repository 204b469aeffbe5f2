// The snippets of docs/frontend.md compile, are the same as their files, and do what is said of them.
import { execFileSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { buildSchema, type DocumentNode, parse, validate } from 'graphql';
import { CertificateOrderDocument, ResendDvEmailsDocument } from '../../../src/client/operations';
import { printGatewaySchema } from '../../../src/graphql/schema';
import { describeWhere } from '../../support/describe-where';
import {
  AUDIENCE,
  CLAIMS,
  createKey,
  forge,
  ISSUER,
  sign,
  startProvider,
  startWithTokens,
} from '../../support/identity';
import { startTestApp } from '../../support/test-app';
import { respond, startOther } from './other-server';

const ROOT = join(__dirname, '..', '..', '..');
const FOLDER = join(ROOT, 'docs', 'examples', 'snippets');
const schema = buildSchema(printGatewaySchema(), { assumeValidSDL: true });
const FILES = readdirSync(FOLDER).filter((name) => /\.tsx?$/.test(name));

/** `describe`, where the snippets' packages are installed. CI sets REQUIRE_CLIENTS, so that nothing is skipped there. */
const describeInstalled = describeWhere(
  'of the snippets with packages',
  existsSync(join(FOLDER, 'node_modules', '@apollo', 'client'))
    ? undefined
    : 'run `npm ci --prefix docs/examples/snippets` first',
  'REQUIRE_CLIENTS',
);

interface Notice {
  readonly tone: string;
  readonly text: string;
  readonly ask?: true;
}

type Resend = (url: string, orderId: string) => Promise<Notice>;

// What a frontend has installed is here the source.
jest.mock('dv-email-gateway-client', () => jest.requireActual('../../../src/client/operations'), {
  virtual: true,
});

const loadPackage = (name: string) =>
  jest.requireActual(createRequire(join(FOLDER, 'x')).resolve(name));

const load = (name: string) => jest.requireActual(join(FOLDER, name));

/** As an application would use each snippet. */
const CLIENTS: readonly [string, jest.Describe, Resend][] = [
  ['fetch', describe, (url, orderId) => load('fetch.ts').resend(url, { orderId })],
  [
    'urql',
    describeInstalled,
    (url, orderId) => {
      const { createClient, resend } = load('urql.ts');
      return resend(createClient(url), { orderId });
    },
  ],
  [
    'TanStack Query',
    describeInstalled,
    (url, orderId) => {
      const { MutationObserver, QueryClient } = loadPackage('@tanstack/react-query');
      const options = load('tanstack-query.ts').toResendOptions(url);
      // With a default that would repeat the mutation.
      const client = new QueryClient({ defaultOptions: { mutations: { retry: 3 } } });
      return new MutationObserver(client, options).mutate({ orderId });
    },
  ],
  [
    'Apollo Client',
    describeInstalled,
    async (url, orderId) => {
      const { createClient, toThrownNotice } = load('apollo-client.ts');
      const mutation: DocumentNode = ResendDvEmailsDocument;
      try {
        const { data } = await createClient(url).mutate({ mutation, variables: { orderId } });
        return load('notice.ts').toNotice(data.resendDvEmails);
      } catch (error) {
        return toThrownNotice(error);
      }
    },
  ],
];

/** Where no server is, so that no token can be checked. */
const WITHOUT_KEYS = {
  AUTH_JWKS_URL: 'http://127.0.0.1:9/',
  AUTH_ISSUER: ISSUER,
  AUTH_AUDIENCE: AUDIENCE,
};

const UNVERIFIED = forge({ alg: 'ES256', kid: 'first' }, CLAIMS, () => 'c2lnbmF0dXJl');

const UNKNOWN = {
  tone: 'warning',
  text: 'No response. The emails may have been sent: look for them before you try again.',
  ask: true,
};

describe('docs/frontend.md', () => {
  const doc = readFileSync(join(ROOT, 'docs', 'frontend.md'), 'utf8');

  it.each(FILES)('quotes %s as it is', (name) => {
    const source = readFileSync(join(FOLDER, name), 'utf8');
    const language = name.endsWith('x') ? 'tsx' : 'ts';
    const link = `[${name}](examples/snippets/${name})`;
    expect(doc).toContain(`${link}:\n\n\`\`\`${language}\n${source}\`\`\`\n`);
  });

  it('has no other code in TypeScript', () => {
    expect(doc.match(/^```(?:ts|tsx|js|jsx|typescript)$/gm)).toHaveLength(FILES.length);
  });

  it('has operations that are valid', () => {
    const operations = doc.match(/(?<=^```graphql\n)[^`]*/gm) ?? [];
    expect(operations).toHaveLength(4);
    for (const operation of operations) {
      expect(validate(schema, parse(operation))).toEqual([]);
    }
  });
});

describeInstalled('the snippets', () => {
  it('compile', () => {
    const tsc = join(ROOT, 'node_modules', '.bin', 'tsc');
    expect(execFileSync(tsc, ['--project', FOLDER], { encoding: 'utf8' })).toBe('');
  });
});

describeInstalled('urql, as it is set up here', () => {
  it('reads an order', async () => {
    const app = await startTestApp();
    const client = load('urql.ts').createClient(app.url);

    const { data } = await client.query(CertificateOrderDocument, { id: '1001' }).toPromise();

    expect(data.certificateOrder).toMatchObject({ id: '1001' });
    app.takeUpstreamRequests();
  });
});

describeInstalled('TanStack Query, as it is set up here', () => {
  it('keeps no mutation for later when there is no network', async () => {
    const { MutationObserver, onlineManager, QueryClient } = loadPackage('@tanstack/react-query');
    const app = await startTestApp();
    const options = load('tanstack-query.ts').toResendOptions(app.url);
    const mutation = new MutationObserver(new QueryClient(), options);
    onlineManager.setOnline(false);

    const result = mutation.mutate({ orderId: '1001' });

    expect(mutation.getCurrentResult()).toMatchObject({ isPaused: false });
    expect(await result).toMatchObject({ tone: 'success' });
    app.takeUpstreamRequests();
  });
});

describeInstalled('Apollo Client', () => {
  it.each([
    ['UNAUTHENTICATED', 401, {}, '', { ROUTER_SECRET: 'a-secret-of-at-least-32-characters' }],
    ['NOT_FOUND', 404, {}, '/nowhere', {}],
    ['BAD_REQUEST', 400, { batch: true }, '', {}],
    ['UNSUPPORTED_MEDIA_TYPE', 415, { 'content-encoding': 'gzip' }, '', {}],
    ['PAYLOAD_TOO_LARGE', 413, { long: true }, '', { MAX_BODY_BYTES: '1000' }],
    ['REQUEST_HEADER_FIELDS_TOO_LARGE', 431, { authorization: 'x'.repeat(20_000) }, '', {}],
    ['REQUEST_HEADER_FIELDS_TOO_LARGE', 431, { authorization: 'x'.repeat(40_000) }, '', {}],
    ['SERVICE_UNAVAILABLE', 503, { authorization: `Bearer ${UNVERIFIED}` }, '', WITHOUT_KEYS],
  ])('reads the code of a refusal: %s', async (code, status, how, path, environment) => {
    const app = await startTestApp({ environment });
    const statuses: number[] = [];
    const { createClient, toThrownNotice } = load('apollo-client.ts');
    const { HttpLink } = loadPackage('@apollo/client');
    const { batch, long, ...headers } = how as Record<string, string>;
    const fetchAsSet = async (url: string, init: RequestInit) => {
      const body = batch ? `[${init.body}]` : long ? `${init.body}${' '.repeat(1000)}` : init.body;
      const response = await fetch(url, {
        ...init,
        headers: { ...init.headers, ...headers },
        ...(body && { body }),
      });
      statuses.push(response.status);
      return response;
    };
    const client = createClient(app.url + path);
    client.setLink(new HttpLink({ uri: app.url + path, fetch: fetchAsSet }));
    const mutation: DocumentNode = ResendDvEmailsDocument;

    const error = await client
      .mutate({ mutation, variables: { orderId: '1001' } })
      .catch((thrown: unknown) => thrown);

    expect(statuses).toEqual([status]);
    expect(error).toMatchObject({
      name: 'CombinedGraphQLErrors',
      errors: [{ extensions: { code } }],
    });
    expect(toThrownNotice(error)).not.toEqual(UNKNOWN);
  });
});

for (const [name, describeClient, resend] of CLIENTS) {
  describeClient(`the snippet for ${name}`, () => {
    it.each([
      ['1001', 'success', 'Requested. Look for the emails, spam folder included.'],
      ['1400', 'error', /^DigiCert refused this request/],
      ['1404', 'error', /^DigiCert finds no order 1404/],
      ['1002', 'error', /^DigiCert refused, and the status of the order is issued/],
      ['1403', 'error', /^DigiCert says that the gateway's API key lacks the permission/],
      ['1429', 'warning', /Try again in 5 s/],
      ['1401', 'error', /Nothing was sent\.$/],
      ['1503', 'warning', /may have been sent/],
    ])('knows what to say of order %s', async (orderId, tone, text) => {
      const app = await startTestApp();

      const notice = await resend(app.url, orderId);

      expect(notice).toMatchObject({ tone, text: expect.stringMatching(text) });
      app.takeUpstreamRequests();
    });

    it.each([
      ['1001', undefined, true],
      ['1503', true, true],
      ['1401', undefined, undefined],
    ])(
      'asks before a second try where emails may have been sent: order %s',
      async (orderId, first, second) => {
        const app = await startTestApp({ environment: { RESEND_COOLDOWN_SECONDS: '60' } });

        const notices = [await resend(app.url, orderId), await resend(app.url, orderId)];

        expect(notices.map(({ ask }) => ask)).toEqual([first, second]);
        app.takeUpstreamRequests();
      },
    );

    it('shows the message of a member that was added later', async () => {
      const member = {
        __typename: 'ResendDvEmailsMailboxFullError',
        message: 'The mailbox is full.',
        retryable: true,
        correlationId: 'abc',
      };
      const other = await startOther(respond(200, { data: { resendDvEmails: member } }));

      expect(await resend(other.url, '1001')).toEqual({ tone: 'error', text: member.message });
    });

    it('asks to sign in without a token, and reports a missing scope', async () => {
      const key = await createKey();
      const app = await startWithTokens(await startProvider(key));
      const token = await sign(key, { scope: 'certificate-orders:read' });
      const forbidden = await app.post(
        { query: 'mutation { resendDvEmails(orderId: "1001") { __typename } }' },
        { authorization: `Bearer ${token}` },
      );
      const other = await startOther(respond(200, await forbidden.json()));

      expect(await resend(app.url, '1001')).toMatchObject({
        text: expect.stringMatching(/sign in/),
      });
      expect(await resend(other.url, '1001')).toMatchObject({
        text: 'You may not resend emails; nothing was sent.',
      });
    });

    it('reports that nothing was sent where the gateway refused the request itself', async () => {
      const app = await startTestApp();

      expect(await resend(`${app.url}/nowhere`, '1001')).toMatchObject({
        text: expect.stringMatching(/nothing was sent/),
      });
    });

    it('warns where there is no response, and does not call again', async () => {
      const other = await startOther((request) => request.socket.destroy());

      expect(await resend(other.url, '1001')).toEqual(UNKNOWN);
      expect(other.requests()).toBe(1);
    });
  });
}
