// What the example app says of an order and of an attempt, where a person would otherwise guess.
import { startTestApp } from '../support/test-app';
import { describeWithChromium } from './browser';
import {
  findPageFaults,
  findResendButton,
  openOrder,
  readResult,
  startWebApp,
  type WebApp,
} from './web-app';

jest.setTimeout(30_000);

describeWithChromium('what the example app says', () => {
  let web: WebApp;

  beforeAll(async () => {
    web = await startWebApp('preview');
  });

  afterAll(() => web.close());

  const startBehindPage = () => startTestApp({ environment: { PORT: web.gatewayPort } });

  const toDomain = (status: string | null) => ({
    __typename: 'CertificateOrderDomain',
    name: 'example.com',
    status,
    method: 'email',
    dnsNames: [],
    approverEmails: [],
    approverEmailsUnavailable: null,
  });

  it.each([
    ['Not known which are approved', [null, null]],
    ['1 of 2 approved', ['approved', null]],
    ['0 of 1 approved', ['pending']],
  ])('is "%s" of domains that are %p', async (said, statuses) => {
    const { page } = await openOrder(web, '1001', { domains: statuses.map(toDomain) });

    expect(await page.getByText(/(which are|of \d) approved$/).allTextContents()).toEqual([said]);
  });

  it("has DigiCert's own words open where nothing else says what is wrong", async () => {
    const gateway = await startBehindPage();
    const open = await openOrder(web, '1400');
    const { page } = open;

    await findResendButton(page).click();
    expect(await readResult(page)).toBe('DigiCert refused the request');
    expect(await page.locator('details li').isVisible()).toBe(true);
    expect(await findPageFaults(open)).toEqual([]);

    await page.getByLabel('Language').fill('de');
    await findResendButton(page).click();
    await page.getByRole('heading', { name: 'Please check what you entered' }).waitFor();
    gateway.takeUpstreamRequests();
  });

  it('has the seconds of a limit in its panel, and says when they are over', async () => {
    const gateway = await startBehindPage();
    const { page } = await openOrder(web, '1429');
    await page.clock.install();
    await page.clock.pauseAt(Date.now() + 60_000);
    await findResendButton(page).click();
    await readResult(page);
    const panel = page.getByRole('alert').last();

    expect(await panel.textContent()).toContain('This time nothing was sent.Try again in 5 s.');
    await page.clock.runFor(2_000);
    expect(await panel.getByText('Try again in 3 s.').getAttribute('aria-live')).toBe('off');
    await page.clock.runFor(3_000);
    await panel.getByText('The wait is over.').waitFor();
    gateway.takeUpstreamRequests();
  });

  it('does not claim to know whom the order has, nor that any address will do', async () => {
    const gateway = await startBehindPage();
    const { page } = await openOrder(web, '1001');

    const hint = page.getByText('Each address you choose gets one email.');
    expect(await hint.textContent()).toMatch(/The gateway does not know who they are\.$/);
    const id = await page.getByLabel('Another address').getAttribute('aria-describedby');
    expect(await page.locator(`#${id}`).textContent()).toBe(
      'DigiCert may ignore an address that may not approve the domain.',
    );
    await findResendButton(page).click();
    await readResult(page);
    expect(await page.locator('.panel').textContent()).toContain('does not know who they are');
    gateway.takeUpstreamRequests();
  });

  it.each([
    ['dns-cname-token', 'a CNAME record in DNS'],
    ['HTTP-TOKEN', 'a file on the web server'],
    ['a-method-of-tomorrow', 'a-method-of-tomorrow'],
    ['constructor', 'constructor'],
  ])('names the method %s in words, with the next step', async (dcvMethod, words) => {
    const { page } = await openOrder(web, '1001', { dcvMethod });

    const said = `by ${words}, not by email. Follow that method, or change it to email at DigiCert.`;
    expect(await page.getByText(said).count()).toBe(1);
    expect(await findResendButton(page).count()).toBe(0);
  });
});
