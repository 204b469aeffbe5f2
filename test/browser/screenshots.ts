// The pictures in the documentation, taken by `npm run screenshots`: jest runs this as it runs a test.
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { mx, startDnsServer, txt, type Zone } from '../support/dns-server';
import { startTestApp } from '../support/test-app';
import { describeWithChromium, openPage } from './browser';
import { findResendButton, readResult, startWebApp, type WebApp, waitForOrder } from './web-app';

const IMAGES = join(__dirname, '..', '..', 'docs', 'images');

const ZONE: Zone = {
  'MX example.com': [mx('example.com', 'mail.example.com')],
  'TXT _validation-contactemail.example.com': [
    txt('_validation-contactemail.example.com', 'tls@example.com'),
  ],
};

jest.setTimeout(60_000);

describeWithChromium('docs/images', () => {
  let web: WebApp;

  beforeAll(async () => {
    mkdirSync(IMAGES, { recursive: true });
    web = await startWebApp('preview');
  });

  afterAll(() => web.close());

  it.each([
    ['web-order', '1001', 'light', 520],
    ['web-success', '1001', 'light', 520],
    ['web-invalid-input', '1001', 'light', 520],
    ['web-not-eligible', '1002', 'light', 520],
    ['web-rate-limited', '1429', 'dark', 520],
    ['web-may-have-been-sent', '1503', 'dark', 520],
    ['web-narrow', '1001', 'dark', 360],
  ] as const)('%s', async (name, orderId, colorScheme, width) => {
    const dns = await startDnsServer(ZONE);
    const gateway = await startTestApp({
      environment: { PORT: web.gatewayPort, DNS_SERVERS: dns.address },
    });
    const viewport = { width, height: 400 };
    const { page } = await openPage({ viewport, colorScheme, deviceScaleFactor: 1.25 });
    await page.goto(`${web.url}?order=${orderId}`);
    await waitForOrder(page, orderId);
    if (['web-order', 'web-narrow', 'web-success', 'web-invalid-input'].includes(name)) {
      await page.getByText('Published in DNS').waitFor();
    }
    if (name === 'web-success') {
      await page.getByLabel('admin@example.com').check();
      await page.getByLabel('Language').fill('en');
    }
    if (name === 'web-invalid-input') {
      await page.getByLabel('Another address').fill('no-domain');
      await page.getByLabel('Language').fill('???');
    }
    if (!['web-order', 'web-narrow', 'web-not-eligible'].includes(name)) {
      await findResendButton(page).click();
      await readResult(page);
      // Of a result, the part of the page that has changed, with the page's margin around it.
      await page.addStyleTag({
        content:
          'h1, .picker, main > p, section:first-of-type { display: none } h2 { margin-top: 0 }',
      });
    }

    await page.locator('main').screenshot({ path: join(IMAGES, `${name}.png`) });
    gateway.takeUpstreamRequests();
  });

  it('web-find', async () => {
    const gateway = await startTestApp({ environment: { PORT: web.gatewayPort } });
    const viewport = { width: 520, height: 400 };
    const { page } = await openPage({ viewport, colorScheme: 'light', deviceScaleFactor: 1.25 });
    // A day after the newest order of the simulator.
    await page.clock.setSystemTime('2026-11-28T12:00:00Z');
    gateway.clock.advance(Date.parse('2026-11-28T11:55:00Z') - gateway.clock.now());
    await gateway.resend('20152');
    await page.goto(`${web.url}?search=museum14`);
    await page.locator('.orders').waitFor();

    await page.locator('main').screenshot({ path: join(IMAGES, 'web-find.png') });
    gateway.takeUpstreamRequests();
  });
});
