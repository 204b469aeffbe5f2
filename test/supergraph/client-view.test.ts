// What reaches a client of each response of the gateway's, without a router and through real ones.
// `npm run routers` writes the table of docs/federation.md.
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import {
  createKey,
  type SigningKey,
  sign,
  startProvider,
  startWithTokens,
} from '../support/identity';
import { readRows } from '../support/markdown';
import { describeRequest, startTestApp, type TestApp } from '../support/test-app';
import { type Front, startFront } from './front';
import { startDeployed, startRouter } from './router';
import { type GatewayName, RESEND, SITUATIONS, type Situation } from './situations';

const ROOT = join(__dirname, '..', '..');
const DOC = join(ROOT, 'docs', 'federation.md');

/** The document's table: its rows between two marks. */
const TABLE = /(<!-- through routers -->\n)([\s\S]*?)(<!-- end -->)/;

const REQUEST_ID = 'the-client-s-own';

const { toFailureNotice } = jest.requireActual(
  join(ROOT, 'docs', 'examples', 'snippets', 'notice.ts'),
) as { toFailureNotice: (code: unknown) => { readonly text: string } };

interface Answer {
  readonly data?: Readonly<Record<string, { readonly __typename: string } | null>> | null;
  readonly errors?: readonly {
    readonly message: string;
    readonly extensions?: { readonly code?: string; readonly correlationId?: string };
  }[];
}

let key: SigningKey;
let front: Front;
let gateways: Record<GatewayName, TestApp>;
/** By the heads of the table's columns. The front stands before the gateways in each. */
let urls: Record<string, string>;

async function startGateways(): Promise<Record<GatewayName, TestApp>> {
  key = await createKey();
  const provider = await startProvider(key);
  const broken = await startProvider();
  broken.respond = (_request, response) => response.writeHead(500).end();
  const PERSISTED_DOCUMENTS = join(ROOT, 'schema', 'persisted-documents.json');
  return {
    open: await startTestApp(),
    'with tokens': await startWithTokens(provider),
    'without keys': await startWithTokens(broken),
    'with a list': await startTestApp({ environment: { PERSISTED_DOCUMENTS } }),
  };
}

async function startRouters(): Promise<Record<string, string>> {
  const [apollo, deployedApollo, hive, deployedHive] = await Promise.all([
    startRouter('Apollo Gateway', front.url),
    startDeployed('Apollo Gateway', front.url, 'a-secret-of-at-least-32-characters'),
    startRouter('Hive Gateway', front.url),
    startDeployed('Hive Gateway', front.url, 'a-secret-of-at-least-32-characters'),
  ]);
  return {
    'No router': front.url,
    'Apollo Gateway': apollo,
    'Apollo, as in `deploy/router`': deployedApollo,
    'Hive Gateway': hive,
    'Hive, as in `deploy/router`': deployedHive,
  };
}

beforeAll(async () => {
  front = await startFront();
  gateways = await startGateways();
  urls = await startRouters();
}, 60_000);

async function arrange({ gateway = 'open', token, mode = 'forward' }: Situation) {
  const app = gateways[gateway];
  const [from, scope = ''] = token ?? [];
  const headers = { authorization: `Bearer ${await sign(key, { scope })}` };
  front.target = app.url;
  front.headers = from === 'front' ? headers : {};
  if (mode === 'closed') {
    await front.close();
  } else {
    front.mode = mode;
  }
  return { app, headers: from === 'client' ? headers : {} };
}

/** What the client gets, in the words of the table. `resent`: the orders that DigiCert was asked to mail for. */
function describeAnswer(status: number | undefined, body: string, resent: readonly string[]) {
  const { data, errors } = (body.startsWith('{') ? JSON.parse(body) : {}) as Answer;
  const members = Object.values(data ?? {}).flatMap((result) => result?.__typename ?? []);
  if (members.length > 0 && !errors) {
    const name = `\`${members[0]?.replace('ResendDvEmails', '')}\``;
    return members.length > 1 ? `${members.length} x ${name}` : `${name}${toRounded(resent)}`;
  }
  const { code, correlationId } = errors?.[0]?.extensions ?? {};
  const sent = /nothing was sent/.test(toFailureNotice(code).text) ? 'not sent' : '**in doubt**';
  // Never twice, and never where the client takes it as not sent.
  expect(resent.length).toBeLessThanOrEqual(sent === 'not sent' ? 0 : 1);
  return [
    status === undefined ? 'no response' : `${status} ${code ? `\`${code}\`` : 'without a code'}`,
    correlationId === REQUEST_ID ? 'own id' : correlationId && 'other id',
    sent,
    resent.length > 0 && 'and DigiCert was asked',
  ]
    .filter(Boolean)
    .join(', ');
}

/** An id that has lost digits. */
const toRounded = ([orderId]: readonly string[]) =>
  orderId === String(2 ** 53) ? ` for order ${orderId}` : '';

async function ask(url: string, { query = RESEND, variables }: Situation, headers: object) {
  const response = await fetch(url, {
    method: 'POST',
    headers: { 'content-type': 'application/json', 'x-request-id': REQUEST_ID, ...headers },
    body: `{"query":${JSON.stringify(query)},"variables":${variables ?? '{"orderId":"1001"}'}}`,
  }).catch(() => undefined);
  return { status: response?.status, body: (await response?.text()) ?? '' };
}

const rows: string[][] = [];

it.each(SITUATIONS)('$name', async (situation) => {
  const row = [situation.name];
  const { app, headers } = await arrange(situation);
  for (const url of Object.values(urls)) {
    const { status, body } = await ask(url, situation, headers);
    const requests = app.takeUpstreamRequests().filter(({ method }) => method === 'PUT');
    const resent = requests.map((request) => describeRequest(request).replace('PUT ', ''));
    row.push(describeAnswer(status, body, resent));
    // A 429 blocks calls to DigiCert for every caller.
    app.clock.advance(5_000);
  }
  rows.push(row);
});

describe('docs/federation.md', () => {
  it('has the table', () => {
    const doc = readFileSync(DOC, 'utf8');
    expect(rows).toHaveLength(SITUATIONS.length);
    const head = ['', ...Object.keys(urls)];
    const table = [head, head.map(() => '---'), ...rows].map((row) => `| ${row.join(' | ')} |`);
    if (process.env.ROUTERS === 'write') {
      writeFileSync(DOC, doc.replace(TABLE, `$1\n${table.join('\n')}\n\n$3`));
    }
    const [, , documented = ''] = TABLE.exec(readFileSync(DOC, 'utf8')) ?? [];
    expect(readRows(documented).toSpliced(1, 1)).toEqual([head, ...rows]);
  });
});
