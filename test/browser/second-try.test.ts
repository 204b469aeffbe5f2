// The example app asks before a second try may mail people twice: behind a limit, after a refusal, after a reload.
import type { Page } from 'playwright-core';
import { createDeferred } from '../support/deferred';
import { startTestApp } from '../support/test-app';
import { describeWithChromium } from './browser';
import {
  answerReads,
  findPageFaults,
  findResendButton,
  interceptResends,
  openOrder,
  readResult,
  startWebApp,
  type WebApp,
  waitForOrder,
  waitForTimer,
} from './web-app';

jest.setTimeout(30_000);

const LAST_RESEND = {
  attemptedAt: '2026-01-02T03:04:05.000Z',
  outcome: 'UNKNOWN',
  emailsMayHaveBeenSent: true,
  domains: [],
  correlationId: 'of-another-page',
};

const NOT_SENT = { outcome: 'NOT_SENT', emailsMayHaveBeenSent: false };

describeWithChromium('a second try', () => {
  let web: WebApp;

  beforeAll(async () => {
    web = await startWebApp('preview');
  });

  afterAll(() => web.close());

  const startBehindPage = (environment = {}) =>
    startTestApp({ environment: { PORT: web.gatewayPort, ...environment } });

  const findTick = (page: Page) => page.getByLabel('I have looked for the emails');

  async function expectAsked(page: Page): Promise<void> {
    expect(await findTick(page).isVisible()).toBe(true);
    expect(await findResendButton(page).isDisabled()).toBe(true);
  }

  async function expectNotAsked(page: Page): Promise<void> {
    expect(await findTick(page).count()).toBe(0);
    expect(await findResendButton(page).isDisabled()).toBe(false);
  }

  async function reload(page: Page, orderId: string): Promise<void> {
    await page.reload();
    await waitForOrder(page, orderId);
  }

  it('needs a tick after the wait of a cool-down, where the attempt behind it may have sent emails', async () => {
    const gateway = await startBehindPage({ RESEND_COOLDOWN_SECONDS: '60' });
    const { page } = await openOrder(web, '1503', {});
    await page.clock.install();
    await gateway.resend('1503');

    await findResendButton(page).click();
    expect(await readResult(page)).toBe('It is too early for these emails');
    await page.clock.runFor(61_000);

    await waitForTimer(page, '');
    await expectAsked(page);
    gateway.takeUpstreamRequests();
  });

  it('needs no tick after the wait of a limit that has nothing behind it', async () => {
    const gateway = await startBehindPage();
    const { page } = await openOrder(web, '1429', {});
    await page.clock.install();

    await findResendButton(page).click();
    await readResult(page);
    await page.clock.runFor(10_000);

    await waitForTimer(page, '');
    await expectNotAsked(page);
    gateway.takeUpstreamRequests();
  });

  it('needs a tick again where the first with a tick was refused', async () => {
    const gateway = await startBehindPage();
    const { page } = await openOrder(web, '1001', { lastResend: LAST_RESEND });
    await findTick(page).check();
    await page.getByLabel('Language').fill('???');

    await findResendButton(page).click();
    expect(await readResult(page)).toBe('Please check what you entered');

    await expectAsked(page);
    gateway.takeUpstreamRequests();
  });

  it('needs a tick after a reload, of an order that cannot be read, until an attempt is accepted', async () => {
    const gateway = await startBehindPage();
    const open = await openOrder(web, '1602');
    const { page } = open;
    await expectNotAsked(page);
    await findResendButton(page).click();
    expect(await readResult(page)).toBe('The emails may have been sent');

    await reload(page, '1602');
    await expectAsked(page);
    expect(await page.getByText('An attempt from this tab may have sent emails').count()).toBe(1);
    expect(await findPageFaults(open)).toEqual([]);

    await findTick(page).check();
    await interceptResends(page, (route) =>
      route.fulfill({
        json: {
          data: {
            resendDvEmails: {
              __typename: 'ResendDvEmailsSuccess',
              correlationId: 'the-call',
              acceptedAt: '2026-01-02T03:04:05.000Z',
              domainApprovalEmails: [],
              locale: null,
            },
          },
        },
      }),
    );
    await findResendButton(page).click();
    expect(await readResult(page)).toBe('DigiCert accepted the request');
    await reload(page, '1602');
    await expectNotAsked(page);
    gateway.takeUpstreamRequests();
  });

  it('needs a tick after a reload while the first was in flight', async () => {
    const { page } = await openOrder(web, '1001', {});
    const sent = createDeferred();
    await interceptResends(page, async () => sent.resolve());
    await findResendButton(page).click();
    await sent.promise;

    await reload(page, '1001');

    await expectAsked(page);
  });

  it.each([
    ['that its own attempt sent nothing', NOT_SENT, expectNotAsked],
    ['that it is not known either', {}, expectAsked],
    [
      'that an attempt of another page sent nothing',
      { ...NOT_SENT, correlationId: 'x' },
      expectAsked,
    ],
  ])('follows the order after a reload where it says %s', async (_what, said, expected) => {
    const { page } = await openOrder(web, '1001', {});
    let requestId = '';
    await interceptResends(page, (route, id) => {
      requestId = id;
      return route.abort();
    });
    await findResendButton(page).click();
    await readResult(page);

    await answerReads(page, '1001', () => ({
      lastResend: { ...LAST_RESEND, correlationId: requestId, ...said },
    }));
    await reload(page, '1001');

    await expected(page);
  });
});
