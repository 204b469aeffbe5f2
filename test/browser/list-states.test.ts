// The example app's list of orders: many, none, not yet, and not at all.
import { createDeferred } from '../support/deferred';
import { startTestApp } from '../support/test-app';
import { describeWithChromium } from './browser';
import { findPageFaults, openNarrowPage, readAgain, startWebApp, type WebApp } from './web-app';

jest.setTimeout(60_000);

const REFUSED = {
  json: {
    data: { certificateOrders: null },
    errors: [{ message: 'Slow down.', extensions: { code: 'CALLER_RATE_LIMITED' } }],
  },
};

describeWithChromium('the list of orders', () => {
  let web: WebApp;

  beforeAll(async () => {
    web = await startWebApp('preview');
  });

  afterAll(() => web.close());

  it('shows many in pages, and each once', async () => {
    const gateway = await startTestApp({ environment: { PORT: web.gatewayPort } });
    const open = await openNarrowPage();
    await open.page.goto(`${web.url}?search=book`);
    const { page } = open;
    await page.getByText('The newest 20 of 38: there are more.').waitFor();
    expect(await findPageFaults(open)).toEqual([]);

    await page.getByRole('button', { name: 'Show more' }).click();

    await page.getByText('38 orders.').waitFor();
    expect(new Set(await page.locator('.orders a').allTextContents()).size).toBe(38);
    expect(await page.getByRole('button', { name: 'Show more' }).count()).toBe(0);
    gateway.takeUpstreamRequests();
  });

  it('says that more could not be read, and reads them again', async () => {
    const gateway = await startTestApp({ environment: { PORT: web.gatewayPort } });
    const open = await openNarrowPage();
    await open.page.goto(`${web.url}?search=book`);
    const { page } = open;
    await page.getByText('The newest 20 of 38: there are more.').waitFor();
    await page.route('**/graphql', (route) => route.fulfill(REFUSED), { times: 1 });

    await page.getByRole('button', { name: 'Show more' }).click();

    await page.getByRole('alert').waitFor();
    expect(await page.getByRole('alert').textContent()).toBe(
      'The orders could not be read. Slow down.Read again',
    );
    expect(await page.locator('.orders a').count()).toBe(20);
    expect(await findPageFaults(open)).toEqual([]);
    await page.getByRole('button', { name: 'Read again' }).click();
    await page.getByText('38 orders.').waitFor();
    expect(await page.getByRole('alert').count()).toBe(0);
    gateway.takeUpstreamRequests();
  });

  it('does not say how many there are where one of its two searches failed', async () => {
    const gateway = await startTestApp({ environment: { PORT: web.gatewayPort } });
    const open = await openNarrowPage();
    const { page } = open;
    let refused = 0;
    await page.route('**/graphql', (route) => {
      refused += route.request().postData()?.includes('domainName') ? 1 : 0;
      return refused === 1 ? route.fulfill(REFUSED) : route.continue();
    });

    await page.goto(`${web.url}?search=www.bakery0.ashford.example`);

    await page.getByRole('alert').waitFor();
    expect(await page.getByText('No orders.').count()).toBe(0);
    expect(await findPageFaults(open)).toEqual([]);
    refused = 1;
    await page.getByRole('button', { name: 'Read again' }).click();
    await page.getByText('1 order.').waitFor();
    expect(await page.getByRole('alert').count()).toBe(0);
    gateway.takeUpstreamRequests();
  });

  it('says that there is none, and what else to type', async () => {
    const gateway = await startTestApp({ environment: { PORT: web.gatewayPort } });
    const open = await openNarrowPage();
    await open.page.goto(`${web.url}?search=nowhere`);

    await open.page.getByText('No orders.').waitFor();
    expect(await open.page.getByText('Try a shorter part of the name').count()).toBe(1);
    expect(await findPageFaults(open)).toEqual([]);
    gateway.takeUpstreamRequests();
  });

  it('says while it looks, why that failed, and looks again', async () => {
    const gateway = await startTestApp({ environment: { PORT: web.gatewayPort } });
    const open = await openNarrowPage();
    const { page } = open;
    const looked = createDeferred();
    await page.route('**/graphql', async (route) => {
      await looked.promise;
      await route.continue();
    });
    await page.goto(`${web.url}?search=simulator:500`);
    await page.getByText('Looking for orders…').waitFor();
    expect(await findPageFaults(open)).toEqual([]);
    looked.resolve();

    await page.getByRole('alert').waitFor();
    expect(await page.getByRole('alert').textContent()).toMatch(/^The orders could not be read\. /);
    expect(await findPageFaults(open)).toEqual([]);
    const before = gateway.takeUpstreamRequests().length;
    await readAgain(page);
    await page.getByRole('alert').waitFor();
    expect([before, gateway.takeUpstreamRequests().length]).toEqual([1, 1]);
  });
});
