// DigiCert's statuses, as the example app shows them.
import type { SimulatedOrder } from '../../src/simulator/orders';
import { accept } from '../../src/simulator/responders';
import { startTestApp } from '../support/test-app';
import { describeWithChromium, openPage } from './browser';
import {
  answerReads,
  findPageFaults,
  findResendButton,
  openNarrowPage,
  startWebApp,
  type WebApp,
  waitForOrder,
} from './web-app';

jest.setTimeout(60_000);

const SHOWN: readonly (readonly [status: string, words: string])[] = [
  ['a_status_of_Tomorrow', 'a status of Tomorrow'],
  ['waiting_pickup', 'ready for pickup'],
  ['needs_csr', 'needs a CSR'],
  ['needs_approval', 'needs an approval in the DigiCert account'],
  ['processing', 'being processed'],
  ['REISSUE_PENDING', 'reissue pending'],
  ['issued', 'issued'],
  ['pending', 'pending'],
];

const ORDERS = Object.fromEntries(
  SHOWN.map(([status], index): [string, SimulatedOrder] => [
    String(7_001 + index),
    {
      summary: status,
      resend: accept,
      info: {
        status,
        dcv_method: 'email',
        certificate: { common_name: `kiosk${index}.example.net` },
        date_created: `2026-01-${10 + index}T00:00:00Z`,
      },
    },
  ]),
);

describeWithChromium('a status', () => {
  let web: WebApp;

  beforeAll(async () => {
    web = await startWebApp('preview');
  });

  afterAll(() => web.close());

  it('is in plain words on the list, and one that is newer than the page stays readable', async () => {
    const gateway = await startTestApp({
      orders: ORDERS,
      environment: { PORT: web.gatewayPort },
    });
    const open = await openNarrowPage();

    await open.page.goto(`${web.url}?search=kiosk`);
    await open.page.locator('.orders').waitFor();

    expect(await open.page.locator('.status').allTextContents()).toEqual(
      SHOWN.map(([, words]) => words).reverse(),
    );
    expect(await findPageFaults(open)).toEqual([]);
    gateway.takeUpstreamRequests();
  });

  it.each(SHOWN)('%s is "%s" on the order, for its domains too', async (status, words) => {
    const gateway = await startTestApp({
      orders: ORDERS,
      environment: { PORT: web.gatewayPort },
    });
    const { page } = await openNarrowPage();
    const domain = { name: 'example.com', status, method: 'email', dnsNames: [] };
    await answerReads(page, '7001', () => ({
      status,
      domains: [{ __typename: 'CertificateOrderDomain', ...domain, approverEmails: [] }],
    }));

    await page.goto(`${web.url}?order=7001`);
    await waitForOrder(page, '7001');

    expect(await page.locator('dt:text-is("Status") + dd').textContent()).toBe(words);
    expect(await page.getByRole('listitem').first().textContent()).toBe(`example.com: ${words}`);
    gateway.takeUpstreamRequests();
  });

  it('of a reissue that is pending shows by itself when it changes', async () => {
    const { page } = await openPage({});
    await page.clock.install();
    let status = 'reissue_pending';
    await answerReads(page, '7001', () => ({ status }));
    await page.goto(`${web.url}?order=7001`);
    await waitForOrder(page, '7001');
    expect(await findResendButton(page).isVisible()).toBe(true);

    status = 'issued';
    await page.clock.runFor(30_000);

    await page.getByText('The status of the order is issued').waitFor();
    expect(await findResendButton(page).count()).toBe(0);
  });
});
