// Routers that ask subgraphs by the hash of a document first (automatic persisted queries).
import { createHash } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { closeLater } from '../support/close-later';
import { describeRequest, startTestApp, type TestApp } from '../support/test-app';
import { type Front, startFront } from './front';
import { ask, type RouterName, startRouter } from './router';

const OPTIONS = {
  'Apollo Gateway': { env: { APQ: '1' } },
  'Hive Gateway': { args: ['--config-path', join(__dirname, 'hive-apq.config.ts')] },
};

const RESEND = 'mutation ($orderId: ID!) { resendDvEmails(orderId: $orderId) { __typename } }';
const SUCCESS = { data: { resendDvEmails: { __typename: 'ResendDvEmailsSuccess' } } };
const OURS = join(__dirname, '..', '..', 'schema', 'persisted-documents.json');

/** In Apollo's format, of one document. */
function writeManifest(body = ''): string {
  const folder = mkdtempSync(join(tmpdir(), 'manifest-'));
  closeLater(() => rmSync(folder, { recursive: true }));
  const file = join(folder, 'persisted-documents.json');
  const id = createHash('sha256').update(body).digest('hex');
  const format = 'apollo-persisted-query-manifest';
  const operations = [{ id, name: 'Resend', type: 'mutation', body }];
  writeFileSync(file, JSON.stringify({ format, version: 1, operations }));
  return file;
}

describe.each(Object.keys(OPTIONS) as RouterName[])('through %s with `apq: true`', (name) => {
  let front: Front;
  let router: string;

  beforeAll(async () => {
    front = await startFront();
    router = await startRouter(name, front.url, OPTIONS[name]);
  }, 60_000);

  const serve = async (environment: Record<string, string> = {}): Promise<TestApp> => {
    const app = await startTestApp({ environment });
    front.target = app.url;
    return app;
  };

  /** The response, what the router sent for it, and what of that reached DigiCert. */
  async function resend(app: TestApp) {
    const response = await ask(router, RESEND, { orderId: '1001' });
    const sent = front.takeRequests().map(({ body }) => ('query' in body ? 'text' : 'hash'));
    return { response, sent, resent: app.takeUpstreamRequests().map(describeRequest) };
  }

  it('sends the text once, and is known by the hash from then on', async () => {
    const app = await serve();

    expect(await resend(app)).toEqual({
      response: SUCCESS,
      sent: ['hash', 'text'],
      resent: ['PUT 1001'],
    });
    expect(await resend(app)).toEqual({ response: SUCCESS, sent: ['hash'], resent: ['PUT 1001'] });
  });

  it('is refused by a list of the documents of clients, and nothing is sent', async () => {
    const app = await serve({ PERSISTED_DOCUMENTS: OURS });

    const { response, ...rest } = await resend(app);

    expect(rest).toEqual({ sent: ['hash', 'text'], resent: [] });
    expect(JSON.stringify(response)).toContain('QUERY_NOT_IN_SAFELIST');
  });

  it('runs by the hash alone with a list of what the router writes', async () => {
    await serve({ PERSISTED_DOCUMENTS: OURS });
    await ask(router, RESEND, { orderId: '1001' });
    const written = front.takeRequests().find(({ body }) => body.query)?.body.query;
    const app = await serve({ PERSISTED_DOCUMENTS: writeManifest(written) });

    expect(await resend(app)).toEqual({ response: SUCCESS, sent: ['hash'], resent: ['PUT 1001'] });
  });
});
