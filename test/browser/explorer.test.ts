// The explorer in a real browser, before the built gateway and its simulator.
import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import type { IncomingMessage } from 'node:http';
import type { Route } from 'playwright-core';
import { listExamples } from '../../src/explorer/examples';
import { startGateway } from '../support/program';
import { describeRequest, startTestApp, type TestApp } from '../support/test-app';
import {
  CDN_SCRIPT,
  FRAME_ORIGIN,
  readReport,
  replaceApollo,
  replaceStudio,
  STUDIO_ORIGIN,
} from './apollo';
import { describeWithChromium, findAxeViolations, openPage, overflowsSideways } from './browser';
import { chooseTab, openGraphiql, runTab, waitUntilTabsAreKept } from './graphiql';

jest.setTimeout(60_000);

const SECRET = 'a-secret-of-the-router';
const onEnd: (() => void)[] = [];

afterEach(() => {
  for (const end of onEnd.splice(0)) {
    end();
  }
});

const originOf = (url: string) => new URL(url).origin;

/** Of requests such as `GET http://127.0.0.1:4000/`; what is in the page already comes from nowhere. */
function originsOf(requests: readonly string[]): string[] {
  const urls = requests.map((request) => request.split(' ')[1] ?? '');
  return [...new Set(urls.filter((url) => !url.startsWith('data:')).map(originOf))].sort();
}

describeWithChromium('GraphiQL', () => {
  it('runs the example, calls only the gateway, and stays within its policy', async () => {
    const { url } = await startGateway({ EXPLORER: 'graphiql' });
    const { page, requests, errors } = await openPage();

    await openGraphiql(page, url);
    const answer = await runTab(page);
    // Libraries for dialogs add style elements.
    await page.getByRole('button', { name: 'Open settings dialog' }).click();
    await page.getByRole('dialog').waitFor();
    await page.keyboard.press('Escape');
    await page.getByRole('dialog').waitFor({ state: 'hidden' });

    expect(page.url()).toBe(`${originOf(url)}/`);
    expect(answer).toContain('"__typename": "ResendDvEmailsSuccess"');
    expect(answer).toContain('"email": "admin@example.com"');
    expect(originsOf(requests)).toEqual([originOf(url)]);
    expect(errors).toEqual([]);
  });

  it('has a tab for each example, and shows its outcome', async () => {
    const { url } = await startGateway({ EXPLORER: 'graphiql' });
    const { page, errors } = await openPage();

    await openGraphiql(page, url);
    const titles = await page.locator('[role=tab] > button:first-child').allTextContents();
    await chooseTab(page, 'OrderNotEligibleError');
    const answer = await runTab(page);

    expect(titles).toEqual(
      listExamples(true).map(({ query }) => /(?:mutation|query) (\w+)/.exec(query)?.[1]),
    );
    expect(answer).toContain('"__typename": "ResendDvEmailsOrderNotEligibleError"');
    expect(answer).toContain('"reason": "ORDER_NOT_PENDING"');
    expect(errors).toEqual([]);
  });

  it('comes back to the tabs of an earlier visit as they were', async () => {
    const { url } = await startGateway({ EXPLORER: 'graphiql' });
    const { page } = await openPage();

    await openGraphiql(page, url);
    const count = await page.getByRole('tab').count();
    await chooseTab(page, 'OrderNotFoundError');
    await waitUntilTabsAreKept(page, 'other');
    await page.reload();
    const answer = await runTab(page);

    expect(await page.getByRole('tab').count()).toBe(count);
    expect(answer).toContain('"__typename": "ResendDvEmailsOrderNotFoundError"');
  });

  it('comes back to the first tab with its variables', async () => {
    const { url } = await startGateway({ EXPLORER: 'graphiql' });
    const { page } = await openPage();

    await openGraphiql(page, url);
    await runTab(page);
    await waitUntilTabsAreKept(page, 'first');
    await page.reload();
    const answer = await runTab(page);

    expect(answer).toContain('"email": "admin@example.com"');
  });

  it('loads without credentials and calls with those of its header editor, which it does not keep', async () => {
    const { url } = await startGateway({ EXPLORER: 'graphiql', ROUTER_SECRET: SECRET });
    const { page } = await openPage();

    await openGraphiql(page, url);
    const editor = page.getByRole('region', { name: 'Headers' }).locator('.monaco-editor:visible');
    await page.getByRole('button', { name: 'Headers' }).click();
    await editor.click();
    await page.keyboard.insertText(JSON.stringify({ 'x-router-secret': SECRET }));
    const accepted = await runTab(page);
    await chooseTab(page, 'OrderNotEligibleError');
    await waitUntilTabsAreKept(page, 'other');
    const { page: another } = await openPage();
    await openGraphiql(another, url);
    const refused = await runTab(another);

    expect(refused).toContain('"code": "UNAUTHENTICATED"');
    expect(accepted).toContain('"__typename": "ResendDvEmailsSuccess"');
    const kept = await page.evaluate(() => ({ ...localStorage }));
    expect(JSON.stringify(kept)).not.toContain(SECRET);
  });

  it('runs no script and reaches no host that its policy does not name', async () => {
    const { url } = await startGateway({ EXPLORER: 'graphiql' });
    const { page, requests } = await openPage();

    await openGraphiql(page, url);
    const result = await page.evaluate(async () => {
      const script = document.createElement('script');
      script.textContent = 'window.injected = true';
      document.body.append(script);
      const fetched = await fetch('https://example.com/').then(
        () => 'fetched',
        () => 'refused',
      );
      return { injected: 'injected' in window, fetched };
    });

    expect(result).toEqual({ injected: false, fetched: 'refused' });
    expect(requests).not.toContain('GET https://example.com/');
  });
});

describeWithChromium('Apollo Sandbox', () => {
  it('on our page: introspection and mutation go from it to the gateway, within its policy', async () => {
    const { url } = await startGateway({ EXPLORER: 'sandbox' });
    const { page, requests, errors } = await openPage();
    await replaceApollo(page);
    // The embed looks for an icon, and Chromium reports a 404.
    await page.route(new URL('/favicon.ico', url).href, (route) => route.fulfill({ status: 204 }));

    await page.goto(url);
    const { endpoint, handshake, schema, answer } = await readReport(page);

    expect(endpoint).toBe(url);
    expect(handshake.parentHref).toBe(`${originOf(url)}/`);
    expect(schema.schema?.__schema.types.length).toBeGreaterThan(20);
    expect(answer.response).toMatchObject({
      status: 200,
      data: { resendDvEmails: { __typename: 'ResendDvEmailsSuccess', locale: 'en' } },
    });
    expect(originsOf(requests)).toEqual([originOf(url), originOf(CDN_SCRIPT), FRAME_ORIGIN].sort());
    expect(errors).toEqual([]);
    expect(await page.locator('#without-apollo').isHidden()).toBe(true);
  });

  it.each([
    ['is refused', (route: Route) => route.abort()],
    // As firewalls do that drop what goes out: the browser would wait for minutes.
    ['is never answered', () => {}],
  ])('offers GraphiQL where what is asked of Apollo %s', async (_how, handle) => {
    const { url } = await startGateway({ EXPLORER: 'sandbox' });
    const { page, requests, errors } = await openPage({ viewport: { width: 360, height: 740 } });
    await page.route(CDN_SCRIPT, handle);

    await page.goto(url, { waitUntil: 'commit' });
    await page.getByText('has not been loaded yet').waitFor();
    const { y } = (await page.locator('#without-apollo').boundingBox()) ?? {};
    const violations = await findAxeViolations(page);
    const overflows = await overflowsSideways(page);
    await page.keyboard.press('Tab');
    await page.keyboard.press('Enter');
    await page.waitForURL('**/?graphiql');
    const answer = await runTab(page);

    // Seen without scrolling.
    expect(y).toBe(0);
    expect({ violations, overflows }).toEqual({ violations: [], overflows: false });
    expect(answer).toContain('"__typename": "ResendDvEmailsSuccess"');
    expect(originsOf(requests)).toEqual([originOf(url), originOf(CDN_SCRIPT)].sort());
    expect(errors.filter((error) => !error.includes('ERR_FAILED'))).toEqual([]);
  });

  it('at Apollo Studio: the preflight and the calls succeed', async () => {
    const app = await startTestApp();
    const received = recordRequests(app);
    const { page, errors } = await openPage();
    // What Chromium asks its user before a public page may call this machine.
    await page.context().grantPermissions(['local-network-access']);
    const studio = await replaceStudio(page, {
      initialEndpoint: app.url,
      initialState: {
        document: 'mutation ResendDvEmails { resendDvEmails(orderId: "1001") { __typename } }',
        variables: {},
      },
    });

    await page.goto(studio);
    const { schema, answer } = await readReport(page);

    expect(schema.schema?.__schema.types.length).toBeGreaterThan(20);
    expect(answer.response).toMatchObject({
      status: 200,
      data: { resendDvEmails: { __typename: 'ResendDvEmailsSuccess' } },
    });
    expect(app.takeUpstreamRequests().map(describeRequest)).toEqual(['PUT 1001']);
    // Later calls need no preflight, as the first one may be remembered.
    expect(received).toEqual([
      { method: 'OPTIONS', origin: STUDIO_ORIGIN, asksFor: 'POST content-type' },
      { method: 'POST', origin: STUDIO_ORIGIN, contentType: 'application/json' },
      { method: 'POST', origin: STUDIO_ORIGIN, contentType: 'application/json' },
    ]);
    expect(errors).toEqual([]);
  });

  it('at Apollo Studio: nothing succeeds where its origin is not allowed', async () => {
    const { url } = await startGateway({ CORS_ORIGINS: 'https://app.example.com' });
    const { page, errors } = await openPage();
    await page.context().grantPermissions(['local-network-access']);
    const studio = await replaceStudio(page, { initialEndpoint: url });
    await page.goto(studio);

    const fetched = await page.evaluate(
      (endpoint) =>
        fetch(endpoint, {
          method: 'POST',
          headers: { 'content-type': 'application/json' },
          body: '{"query":"{ __typename }"}',
          credentials: 'omit',
        }).then(
          () => 'fetched',
          () => 'refused',
        ),
      url,
    );

    expect(fetched).toBe('refused');
    expect(errors.join('\n')).toContain(
      `from origin '${STUDIO_ORIGIN}' has been blocked by CORS policy`,
    );
  });
});

/** What reaches the gateway, preflights included: a browser shows its page nothing of those. */
function recordRequests(app: TestApp): readonly object[] {
  const received: object[] = [];
  const record = (message: unknown) => {
    const { method, headers, socket } = (message as { request: IncomingMessage }).request;
    if (String(socket.localPort) === new URL(app.url).port) {
      const asked = headers['access-control-request-method'];
      received.push({
        method,
        origin: headers.origin,
        ...(asked && { asksFor: `${asked} ${headers['access-control-request-headers']}` }),
        ...(headers['content-type'] && { contentType: headers['content-type'] }),
        ...(headers.cookie && { cookie: headers.cookie }),
      });
    }
  };
  subscribe('http.server.request.start', record);
  onEnd.push(() => unsubscribe('http.server.request.start', record));
  return received;
}
