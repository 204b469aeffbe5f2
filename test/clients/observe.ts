// Runs a library against the gateway, and against servers in its place, and says what became of each column.
import { createHash } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { closeLater } from '../support/close-later';
import { startGateway } from '../support/program';
import type { Call } from './libraries/run';
import type { Column, Row } from './rows';
import { LATER, startLaterGateway, startSilentServer } from './servers';
import { runCalls } from './workspace';

const SCHEMA_FOLDER = join(__dirname, '..', '..', 'schema');
const MANIFEST = join(SCHEMA_FOLDER, 'persisted-documents.json');

/** An order for each member. */
const ORDERS: Readonly<Record<string, string>> = {
  '1001': 'Success',
  '1400': 'InvalidInputError',
  '1404': 'OrderNotFoundError',
  '1002': 'OrderNotEligibleError',
  '1403': 'AccessDeniedError',
  '1503': 'UpstreamError',
  // Its own gateway: after it all orders have this result for a while.
  '1429': 'RateLimitedError',
};

export type Surroundings = Awaited<ReturnType<typeof startSurroundings>>;

/** Gateways with the simulator, each set up in another way, and the servers in a gateway's place. */
export async function startSurroundings() {
  const { operations, ...manifest } = JSON.parse(readFileSync(MANIFEST, 'utf8'));
  const queries = operations.filter(({ type }: { type: string }) => type === 'query');
  const folder = mkdtempSync(join(tmpdir(), 'clients-'));
  closeLater(() => rmSync(folder, { recursive: true }));
  const startWithList = async (name: string, listed: readonly object[]) => {
    const file = join(folder, name);
    writeFileSync(file, JSON.stringify({ ...manifest, operations: listed }));
    return (await startGateway({ PERSISTED_DOCUMENTS: file })).url;
  };
  const [open, limited, closed, listed, unlisted, later, silent] = await Promise.all([
    startGateway(),
    startGateway(),
    startGateway({ ROUTER_SECRET: 'a-secret-of-at-least-32-characters' }),
    startGateway({ PERSISTED_DOCUMENTS: MANIFEST }),
    startWithList('queries.json', queries),
    startLaterGateway(readFileSync(join(SCHEMA_FOLDER, 'client.graphql'), 'utf8')),
    startSilentServer(),
  ]);
  /** Lists documents of a client's own too. */
  const startWith = (documents: readonly string[]) =>
    startWithList('own.json', [
      ...operations,
      ...documents.map((body) => ({
        id: createHash('sha256').update(body).digest('hex'),
        name: 'own',
        type: 'mutation',
        body,
      })),
    ]);
  return {
    ...{ open: open.url, limited: limited.url, closed: closed.url, listed: listed.url },
    ...{ unlisted, later, silent, startWith },
  };
}

/** What was said in each column: `yes`, or what is not as it should be. Features with what they do. */
export interface Observed {
  readonly columns: Readonly<Record<Column, string>>;
  readonly features: Readonly<Record<string, { asItComes: string; madeSafe: string }>>;
  /** Of the first request of a query. */
  readonly queryMethod: string | undefined;
}

const expected = (actual: string | undefined, wanted: string) =>
  actual === wanted ? 'yes' : String(actual);

export async function observe(
  command: readonly string[],
  { file, hasOurDocuments }: Row,
  { open, limited, closed, listed, unlisted, later, silent, startWith }: Surroundings,
): Promise<Observed> {
  const call = async (...calls: readonly Call[]) => runCalls(command, calls);
  const members = Object.keys(ORDERS).map((orderId) => ({
    url: orderId === '1429' ? limited : open,
    orderId,
  }));
  const { said, features } = await call(
    ...members,
    { url: open, orderId: '1001', query: true },
    { url: closed, orderId: '1001' },
    { url: unlisted, orderId: '1001' },
    { url: listed, orderId: '1001' },
    { url: `${later.origin}/${file}`, orderId: '1001' },
    { url: `${silent.origin}/${file}`, orderId: '1001' },
    { url: `${later.origin}/${file}/query`, orderId: '1001', query: true },
  );
  const wrong = Object.values(ORDERS).flatMap((member, index) =>
    new RegExp(`^ResendDvEmails${member}: (?!undefined)..+`).test(said[index] ?? '')
      ? []
      : [String(said[index])],
  );
  const [status, unauthenticated, refused, listedResult, unknown, lost] = said.slice(
    members.length,
  );

  const isAccepted = (text: string | undefined) => text?.startsWith('ResendDvEmailsSuccess: ');
  const own = later.documents.filter(({ path }) => path === `/${file}`).map(({ query }) => query);
  const ownResult = hasOurDocuments
    ? listedResult
    : (await call({ url: await startWith(own), orderId: '1001' })).said[0];
  const wantedWhenListed = hasOurDocuments === Boolean(isAccepted(listedResult));
  const isRunOnceListed = wantedWhenListed && isAccepted(ownResult);

  const requests = silent.requests[`/${file}`] ?? 0;
  return {
    columns: {
      mutation: expected(wrong.join('; '), ''),
      query: expected(status, 'pending'),
      '401': expected(unauthenticated, 'refused: UNAUTHENTICATED'),
      unlisted: isRunOnceListed
        ? expected(refused, 'refused: QUERY_NOT_IN_SAFELIST')
        : `listed, and ${listedResult}, ${ownResult}`,
      later: expected(unknown, `later: ${LATER}`),
      retry: expected(`${lost}, ${toTimes(requests)}`, 'no response, sent once'),
    },
    queryMethod: later.methods[`/${file}/query`],
    features: await observeFeatures(command, file, features, silent),
  };
}

async function observeFeatures(
  command: readonly string[],
  file: string,
  features: readonly string[],
  { origin, requests }: Surroundings['silent'],
): Promise<Observed['features']> {
  const observeOne = async (feature: string, madeSafe: boolean) => {
    const path = `/${file}/${encodeURIComponent(feature)}/${madeSafe}`;
    const call = { url: origin + path, orderId: '1001', feature, madeSafe };
    const { said } = await runCalls(command, [call]);
    return `${said[0]?.replace(/(?:^|: )no response$/, '')}${said[0] === 'no response' ? toTimes(requests[path] ?? 0) : ''}`;
  };
  return Object.fromEntries(
    await Promise.all(
      features.map(async (feature) => [
        feature,
        {
          asItComes: await observeOne(feature, false),
          madeSafe: await observeOne(feature, true),
        },
      ]),
    ),
  );
}

const toTimes = (requests: number) => (requests === 1 ? 'sent once' : `sent ${requests} times`);
