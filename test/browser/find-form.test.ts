// The example app's one field: what is typed or pasted leads to an order, or to a search that the gateway takes.
import type { SimulatedOrder } from '../../src/simulator/orders';
import { accept } from '../../src/simulator/responders';
import { createDeferred } from '../support/deferred';
import { startTestApp } from '../support/test-app';
import { describeWithChromium } from './browser';
import {
  answerReads,
  findPageFaults,
  openNarrowPage,
  startWebApp,
  type WebApp,
  waitForFocus,
  waitForHeading,
} from './web-app';

jest.setTimeout(60_000);

const SHARED = 'shared.example.net';

const toOrder = (commonName: string, names: readonly string[]): SimulatedOrder => ({
  summary: commonName,
  resend: accept,
  info: {
    status: 'needs_approval',
    dcv_method: 'email',
    date_created: '2026-01-01T00:00:00Z',
    certificate: { common_name: commonName, dns_names: [commonName, ...names] },
  },
});

/** More than a page of orders whose other name is the same, and two of one common name. */
const ORDERS = Object.fromEntries([
  ...Array.from({ length: 25 }, (_, index): [string, SimulatedOrder] => [
    String(7_100 + index),
    toOrder(`kiosk${index}.example.com`, [SHARED]),
  ]),
  ['7201', toOrder('twice.example.org', [])],
  ['7202', toOrder('twice.example.org', [])],
]);

describeWithChromium('the field of the example app', () => {
  let web: WebApp;

  beforeAll(async () => {
    web = await startWebApp('preview');
  });

  afterAll(() => web.close());

  async function open(query: string) {
    const gateway = await startTestApp({
      orders: ORDERS,
      environment: { PORT: web.gatewayPort },
    });
    const opened = await openNarrowPage();
    await opened.page.goto(web.url + query);
    return { opened, page: opened.page, gateway };
  }

  it('takes the domain out of URLs and addresses, and the number out of what people write', async () => {
    const { page, gateway } = await open('');
    const readQuery = () => page.evaluate(() => location.search);
    // No two in a row lead to one place, so that each arrival can be waited for.
    const expected: [text: string, place: string][] = [
      ['https://www.example.com/', 'search www.example.com'],
      ['#1001', 'order 1001'],
      ['http://user@www.example.com:8443/path?query#hash', 'search www.example.com'],
      ['Order 1001', 'order 1001'],
      ['www.example.com/path', 'search www.example.com'],
      ['order no. 1001', 'order 1001'],
      ['www.example.com.', 'search www.example.com'],
      ['1001', 'order 1001'],
      ['admin@example.com', 'search example.com'],
      ['*.example.com', 'search *.example.com'],
      ['part-of-a-name', 'search part-of-a-name'],
      ['AT&T', 'search AT&T'],
      ['https://', 'search https://'],
    ];
    const places: typeof expected = [];
    for (const [text] of expected) {
      const before = await readQuery();
      await page.getByLabel('order number').fill(text);
      await page.keyboard.press('Enter');
      await page.waitForFunction((query) => location.search !== query, before);
      places.push([text, [...new URLSearchParams(await readQuery())].flat().join(' ')]);
    }

    expect(places).toEqual(expected);
    gateway.takeUpstreamRequests();
  });

  it('leaves the focus where the next search is typed, when the orders of the last one come', async () => {
    const { page, gateway } = await open('');
    const field = page.getByLabel('order number');
    const released = createDeferred();
    await page.route('**/graphql', async (route) => {
      await released.promise;
      await route.continue();
    });
    await field.fill('kiosk');
    await page.keyboard.press('Enter');
    await page.getByText('Looking for orders…').waitFor();

    await field.fill('twi');
    released.resolve();
    await page.getByRole('heading', { name: 'Orders with “kiosk”' }).waitFor();
    await page.keyboard.type('ce');
    await page.keyboard.press('Enter');

    await waitForFocus(page, 'Orders with “twice”');
    gateway.takeUpstreamRequests();
  });

  it('takes the focus to the same orders again, back from one of them', async () => {
    const { page, gateway } = await open('?search=twice&order=7201');
    await waitForHeading(page, '7201');

    await page.getByLabel('order number').press('Enter');

    await waitForFocus(page, 'Orders with “twice”');
    gateway.takeUpstreamRequests();
  });

  it('says that there are more orders with a whole name, until all are shown', async () => {
    const { opened, page, gateway } = await open(`?search=${SHARED}`);
    await page.getByText('The newest 20: there are more.').waitFor();
    expect(await findPageFaults(opened)).toEqual([]);

    await page.getByRole('button', { name: 'Show more' }).click();

    await page.getByText('25 orders.').waitFor();
    expect(await page.locator('.orders a').count()).toBe(25);
    expect(await page.getByRole('button', { name: 'Show more' }).count()).toBe(0);
    gateway.takeUpstreamRequests();
  });

  it('has links of one name that differ, and keeps a status in one piece', async () => {
    const { page, gateway } = await open('?search=twice');
    await page.locator('.orders').waitFor();

    for (const id of ['7201', '7202']) {
      const name = `twice.example.org, order ${id}`;
      expect(await page.getByRole('link', { name, exact: true }).count()).toBe(1);
    }
    const lines = await page.locator('.status').evaluateAll((all) => {
      return all.map((one) => one.getClientRects().length);
    });
    expect(lines).toEqual([1, 1]);
    gateway.takeUpstreamRequests();
  });

  it('says of what is refused why, without the name of an argument or a button that cannot help', async () => {
    const opened = await openNarrowPage();
    const { page } = opened;
    const message = 'filter.domainName: "x_.y" is not a domain name. filter.search: Too long.';
    await page.route('**/graphql', (route) =>
      route.fulfill({
        json: {
          data: { certificateOrders: null },
          errors: [{ message, extensions: { code: 'BAD_USER_INPUT', correlationId: 'the-call' } }],
        },
      }),
    );

    await page.goto(`${web.url}?search=x_.y`);

    await page.getByRole('alert').waitFor();
    expect(await page.getByRole('alert').textContent()).toBe(
      'The orders could not be read. "x_.y" is not a domain name. Too long.Correlation id: the-call',
    );
    expect(await findPageFaults(opened)).toEqual([]);
  });

  it.each(['1200', '1302'])(
    'shows the id to quote where order %s cannot be read',
    async (orderId) => {
      const gateway = await startTestApp({ environment: { PORT: web.gatewayPort } });
      const opened = await openNarrowPage();
      const { page } = opened;
      const response = page.waitForResponse('**/graphql');

      await page.goto(`${web.url}?order=${orderId}`);

      const { errors } = await (await response).json();
      await page.getByRole('alert').waitFor();
      expect(await page.getByRole('alert').textContent()).toContain(
        `with the correlation id.Correlation id: ${errors[0].extensions.correlationId}`,
      );
      expect(await findPageFaults(opened)).toEqual([]);
      gateway.takeUpstreamRequests();
    },
  );

  it('offers nothing for an order that has no number', async () => {
    const opened = await openNarrowPage();
    const { page, requests } = opened;
    await answerReads(page, 'abc', () => ({}));

    await page.goto(`${web.url}?order=abc`);

    await page.getByText('“abc” is not an order number, which has 1 to 20 digits.').waitFor();
    expect(await page.getByRole('button').allTextContents()).toEqual(['Find']);
    expect(await findPageFaults(opened)).toEqual([]);
    expect(requests.filter((request) => request.startsWith('POST'))).toEqual([]);
  });

  it('says of the pending orders which are not among them', async () => {
    const { opened, page, gateway } = await open('');

    await page.getByText('Pending reissues are not among them').waitFor();
    expect(await findPageFaults(opened)).toEqual([]);
    gateway.takeUpstreamRequests();
  });
});
