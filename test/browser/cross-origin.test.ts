// Calls from a page of another origin, with the headers that tracing adds to them.
import { respond, startOther } from '../docs/examples/other-server';
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
});
