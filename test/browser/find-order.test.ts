// The example app finds an order by a name, and shows what becomes of it.
import { readdirSync, readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import type { SimulatedOrder } from '../../src/simulator/orders';
import { accept } from '../../src/simulator/responders';
import { START } from '../support/manual-clock';
import { startTestApp, type TestAppOverrides } from '../support/test-app';
import { describeWithChromium, type OpenPage, openPage } from './browser';
import {
  answerReads,
  findPageFaults,
  findResendButton,
  readAgain,
  readResult,
  startWebApp,
  WEB_APP,
  type WebApp,
  waitForFocus,
  waitForHeading,
  waitForOrder,
} from './web-app';

jest.setTimeout(60_000);

/** Bytes of everything that the page loads, compressed: what a telephone takes a second for. */
const MAX_PAGE_BYTES = 150_000;

const NARROW = { width: 360, height: 740 };

const toOrder = (commonName: string, status: string, day: string): SimulatedOrder => ({
  summary: commonName,
  resend: accept,
  info: {
    status,
    dcv_method: 'email',
    date_created: `2026-01-${day}T00:00:00Z`,
    certificate: { common_name: commonName, dns_names: [commonName, `mail.${commonName}`] },
    product: { name: 'GeoTrust DV SSL' },
  },
});

const ORDERS = {
  '7001': toOrder('kiosk.example.net', 'pending', '01'),
  '7002': toOrder('kiosk-north.example.net', 'issued', '02'),
  '7003': toOrder('kiosk-south.example.net', 'canceled', '02'),
};

describeWithChromium('the example app, looking for an order', () => {
  let web: WebApp;

  beforeAll(async () => {
    web = await startWebApp('preview');
  });

  afterAll(() => web.close());

  const startBehindPage = ({ environment, ...overrides }: TestAppOverrides = {}) =>
    startTestApp({
      orders: ORDERS,
      ...overrides,
      environment: { PORT: web.gatewayPort, ...environment },
    });

  async function openAt(query: string): Promise<OpenPage> {
    const open = await openPage({ viewport: NARROW });
    await open.page.clock.setSystemTime(START);
    await open.page.goto(web.url + query);
    return open;
  }

  const search = async ({ page }: OpenPage, text: string) => {
    await page.getByLabel('order number').fill(text);
    await page.keyboard.press('Enter');
    await page.getByRole('heading', { name: `Orders with “${text}”` }).waitFor();
  };

  it('finds it by part of its domain, resends, and keeps the guard after a reload', async () => {
    const gateway = await startBehindPage({ environment: { RESEND_COOLDOWN_SECONDS: '0' } });
    const open = await openAt('');
    const { page } = open;

    await search(open, 'kiosk');
    await waitForFocus(page, 'Orders with “kiosk”');
    expect(await page.locator('.orders').getByRole('link').allTextContents()).toEqual([
      'kiosk-south.example.net',
      'kiosk-north.example.net',
      'kiosk.example.net',
    ]);
    const row = page.getByRole('listitem').filter({ hasText: 'Order 7001' });
    expect(await row.textContent()).toMatch(
      /pendingalso mail\.kiosk\.example\.netOrder 7001, GeoTrust DV SSL, ordered 1 day ago$/,
    );
    await row.getByRole('link').press('Enter');
    await waitForOrder(page, '7001');
    await findResendButton(page).press('Enter');
    expect(await readResult(page)).toBe('DigiCert accepted the request');

    await page.reload();
    await waitForOrder(page, '7001');
    expect(new URL(page.url()).search).toBe('?search=kiosk&order=7001');
    expect(await page.getByText('Last attempt').textContent()).toMatch(/, by you, .*accepted it/);
    expect(await findResendButton(page).isDisabled()).toBe(true);
    await findResendButton(page).click({ force: true });
    await page.getByLabel('I have looked for the emails').check();
    await findResendButton(page).click();
    await readResult(page);
    // The first, and that of the click on a button that was ready again.
    expect(gateway.outbox).toHaveLength(2);

    await page.getByRole('link', { name: 'Back to the orders with “kiosk”' }).click();
    await page.locator('.orders').waitFor();
    expect(await row.textContent()).toContain('Last attempt');
    expect(await findPageFaults(open)).toEqual([]);
    gateway.takeUpstreamRequests();
  });

  it('finds it by another name of the certificate, and by its number', async () => {
    const gateway = await startBehindPage();
    const open = await openAt('');

    await search(open, '*.mail.kiosk.example.net');
    expect(await open.page.locator('.orders').getByRole('link').allTextContents()).toEqual([
      'kiosk.example.net',
    ]);
    await open.page.getByLabel('order number').fill(' 7002 ');
    await open.page.getByRole('button', { name: 'Find', exact: true }).click();
    await waitForOrder(open.page, '7002');
    await open.page.goBack();
    await open.page.getByRole('heading', { name: 'Orders with' }).waitFor();
    gateway.takeUpstreamRequests();
  });

  it('begins with the pending orders, the oldest first', async () => {
    const gateway = await startBehindPage();
    const open = await openAt('');

    await open.page.locator('.orders').waitFor();
    const times = await open.page
      .locator('.orders time')
      .evaluateAll((all) => all.map((one) => one.getAttribute('datetime') ?? ''));
    expect(times.length).toBeGreaterThan(40);
    expect(times).toEqual([...times].sort());
    expect(new Set(await open.page.locator('.status').allTextContents())).toEqual(
      new Set(['pending']),
    );
    expect(await findPageFaults(open)).toEqual([]);
    expect(gateway.takeUpstreamRequests()).toHaveLength(1);
  });

  it('shows by itself when a domain is approved, and stops once nothing is pending', async () => {
    const open = await openPage({ viewport: NARROW });
    const { page, requests } = open;
    await page.clock.install();
    let order = { status: 'pending', domain: 'pending' };
    await answerReads(page, '7001', () => ({
      status: order.status,
      domains: [
        {
          __typename: 'CertificateOrderDomain',
          name: 'kiosk.example.net',
          status: order.domain,
          method: 'email',
          dnsNames: [],
          approverEmails: [],
          approverEmailsUnavailable: null,
        },
      ],
    }));
    await page.route('**/graphql', (route) =>
      route.request().postData()?.includes('query CertificateOrderApprovers(')
        ? route.fulfill({ json: { data: { certificateOrder: null } } })
        : route.fallback(),
    );
    await page.goto(`${web.url}?order=7001`);
    await waitForOrder(page, '7001');
    const reads = () => requests.filter((request) => request.startsWith('POST')).length;
    await page.getByText('0 of 1 approved').waitFor();
    // What DNS says of its approvers is read once.
    expect(reads()).toBe(2);

    await page.evaluate(() =>
      Object.defineProperty(document, 'hidden', { value: true, configurable: true }),
    );
    await page.clock.runFor(90_000);
    await page.evaluate(() =>
      Object.defineProperty(document, 'hidden', { value: false, configurable: true }),
    );
    order = { status: 'pending', domain: 'approved' };
    await page.clock.runFor(30_000);
    await page.getByText('1 of 1 approved').waitFor();
    expect(await findResendButton(page).isVisible()).toBe(true);
    order = { status: 'issued', domain: 'approved' };
    await page.clock.runFor(30_000);
    await page.getByText('The status of the order is issued').waitFor();
    await page.clock.runFor(90_000);
    expect(await findPageFaults(open)).toEqual([]);
    // Two by itself while it was seen and pending, none before and after, and the one of the button.
    await readAgain(page);
    await waitForHeading(page, '7001');
    expect(reads()).toBe(5);
  });

  it('reaches a gateway at another path', async () => {
    const paths: unknown[] = [];
    const server = createServer((request, response) => {
      paths.push(request.url);
      response.setHeader('content-type', 'application/json').end('{"data":null}');
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const { port } = server.address() as { port: number };
    const other = await startWebApp('preview', `http://127.0.0.1:${port}/tls/graphql`);

    await fetch(new URL('/graphql', other.url), { method: 'POST', body: '{}' });

    expect(paths).toEqual(['/tls/graphql']);
    await other.close();
    server.close();
  });

  it(`takes less than ${MAX_PAGE_BYTES / 1000} kB`, () => {
    const dist = join(WEB_APP, 'dist');
    const files = readdirSync(dist, { recursive: true, encoding: 'utf8' })
      .filter((file) => /\.\w+$/.test(file))
      .map((file) => gzipSync(readFileSync(join(dist, file))).length);
    expect(files.length).toBeGreaterThanOrEqual(3);
    expect(files.reduce((sum, bytes) => sum + bytes)).toBeLessThan(MAX_PAGE_BYTES);
  });
});
