// Calls from a page of another origin, with the headers that tracing adds to them.
import { once } from 'node:events';
import { type AddressInfo, connect, createServer } from 'node:net';
import { respond, startOther } from '../docs/examples/other-server';
import { closeLater } from '../support/close-later';
import { startTestApp } from '../support/test-app';
import { describeWithChromium, openPage } from './browser';

/** As @sentry/browser and @opentelemetry/instrumentation-fetch add them, and what older libraries send. */
const HEADERS = {
  'sentry-trace': '0123456789abcdef0123456789abcdef-0123456789abcdef-1',
  baggage: 'sentry-environment=production,sentry-trace_id=0123456789abcdef0123456789abcdef',
  traceparent: '00-0123456789abcdef0123456789abcdef-0123456789abcdef-01',
  tracestate: 'vendor=1',
  'x-requested-with': 'XMLHttpRequest',
};

/** A page of a server on this machine: Chromium lets pages of other networks call it only once a user agrees. */
const startPage = async () => {
  const page = '<!doctype html><title>Page</title><link rel="icon" href="data:,">';
  const { url } = await startOther(respond(200, page, { 'content-type': 'text/html' }));
  return new URL(url).origin;
};

/** The address of a gateway behind a network in which the last byte of a body never arrives. */
async function startSlowNetwork(url: string): Promise<string> {
  const { hostname, port } = new URL(url);
  const server = createServer((page) => {
    const gateway = connect(Number(port), hostname);
    page.on('data', (bytes) => gateway.write(bytes.includes(BODY) ? bytes.subarray(0, -1) : bytes));
    gateway.pipe(page);
    page.on('error', () => gateway.destroy()).on('close', () => gateway.destroy());
    gateway.on('error', () => page.destroy());
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  closeLater(() => server.close());
  return url.replace(port, String((server.address() as AddressInfo).port));
}

async function openAt(origin: string) {
  const { page } = await openPage();
  await page.goto(`${origin}/`);
  /** The status and the text of a response, or why there is none. */
  return (url: string, headers: Record<string, string>, body?: string) =>
    page.evaluate(
      async ([target, init]) => {
        try {
          const response = await fetch(target, init);
          return `${response.status} ${await response.text()}`;
        } catch (error) {
          return String(error);
        }
      },
      [
        url,
        { headers, method: body === undefined ? 'GET' : 'POST', ...(body && { body }) },
      ] as const,
    );
}

const JSON_TYPE = { 'content-type': 'application/json' };
const BODY = '{"query":"{ __typename }"}';
const DATA = '200 {"data":{"__typename":"Query"}}\n';

describeWithChromium('a page of another origin', () => {
  it("calls with Sentry's and OpenTelemetry's headers, and by GET as a refusal advises", async () => {
    const origin = await startPage();
    const app = await startTestApp({ environment: { CORS_ORIGINS: origin } });
    const call = await openAt(origin);
    const get = `${app.url}?query=%7B__typename%7D`;

    expect(await call(app.url, { ...JSON_TYPE, ...HEADERS }, BODY)).toBe(DATA);
    expect(await call(get, {})).toMatch(/^400 .*x-apollo-operation-name, apollo-require-preflight/);
    expect(await call(get, { 'x-apollo-operation-name': 'Q', ...HEADERS })).toBe(DATA);
    expect(await call(get, { 'apollo-require-preflight': '1' })).toBe(DATA);
    expect(await call(`${app.url}/nowhere`, JSON_TYPE, BODY)).toMatch(/^404 .*NOT_FOUND/);
  });

  it('does not call where its origin is not listed', async () => {
    const app = await startTestApp({ environment: { CORS_ORIGINS: await startPage() } });
    const call = await openAt(await startPage());
    const mutation = '{"query":"mutation { resendDvEmails(orderId: \\"1001\\") { __typename } }"}';

    for (const headers of [JSON_TYPE, { ...JSON_TYPE, ...HEADERS }]) {
      expect(await call(app.url, headers, mutation)).toBe('TypeError: Failed to fetch');
    }
    expect(app.takeUpstreamRequests()).toEqual([]);
  });

  it('reads that it was refused for its host, its headers, its time', async () => {
    const origin = await startPage();
    const app = await startTestApp({
      environment: { CORS_ORIGINS: origin, REQUEST_TIMEOUT_MS: '1000' },
    });
    const call = await openAt(origin);
    const authorization = `Bearer ${'x'.repeat(20_000)}`;

    expect(await call(app.url.replace('127.0.0.1', 'other.localhost'), JSON_TYPE, BODY)).toMatch(
      /^421 .*MISDIRECTED_REQUEST/,
    );
    expect(await call(app.url, { ...JSON_TYPE, authorization }, BODY)).toMatch(
      /^431 .*REQUEST_HEADER_FIELDS_TOO_LARGE/,
    );
    expect(await call(await startSlowNetwork(app.url), JSON_TYPE, BODY)).toMatch(
      /^408 .*REQUEST_TIMEOUT/,
    );
    // With more than twice the bound not even the origin is read.
    expect(
      await call(app.url, { ...JSON_TYPE, authorization: authorization.repeat(2) }, BODY),
    ).toBe('TypeError: Failed to fetch');
  });
});
