// The example app lets a person choose who is mailed: first those whom mail reaches, by a real DNS server.
import type { SimulatedOrder } from '../../src/simulator/orders';
import { accept } from '../../src/simulator/responders';
import { createDeferred } from '../support/deferred';
import { mx, startDnsServer, txt, type Zone } from '../support/dns-server';
import { startTestApp } from '../support/test-app';
import { describeWithChromium, type OpenPage, openPage } from './browser';
import {
  findPageFaults,
  findResendButton,
  readResult,
  startWebApp,
  type WebApp,
  waitForOrder,
} from './web-app';

jest.setTimeout(60_000);

const NARROW = { width: 360, height: 740 };

const NAMES = ['shop.example.com', '192.0.2.1', 'co.uk', 'localhost'];

const ORDER: SimulatedOrder = {
  summary: 'names of every kind',
  resend: accept,
  info: { status: 'pending', dcv_method: 'email' },
  validation: {
    order_status: 'pending',
    order_dcv_method: 'email',
    dns_name_validations: NAMES.map((name) => ({ name_scope: name, dns_names: [name] })),
  },
};

const CONTACT = 'tls@mail.example.net';

/** Mail reaches example.com, not shop.example.com; of the published contact's domain nothing is known. */
const ZONE: Zone = {
  'MX example.com': [mx('example.com', 'mail.example.com')],
  'TXT _validation-contactemail.example.com': [
    txt('_validation-contactemail.example.com', CONTACT),
  ],
  'MX mail.example.net': 'SERVFAIL',
};

const NO_MAIL = 'shop.example.com has no mail server: DigiCert sends nothing there:';
const NOT_REACHED = 'Mail cannot reach 5 of 11 addresses: they are marked, and listed last.';

describeWithChromium('the example app, choosing who is mailed', () => {
  let web: WebApp;

  beforeAll(async () => {
    web = await startWebApp('preview');
  });

  afterAll(() => web.close());

  async function open(zone: Zone, orderId = '8001', released?: Promise<void>) {
    const dns = await startDnsServer(zone);
    const gateway = await startTestApp({
      orders: {
        '8001': ORDER,
        '8002': { ...ORDER, validation: { ...ORDER.validation, order_status: 'issued' } },
      },
      environment: { PORT: web.gatewayPort, DNS_SERVERS: dns.address },
    });
    const opened = await openPage({ viewport: NARROW });
    await opened.page.route('**/graphql', async (route) => {
      if (route.request().postData()?.includes('query CertificateOrderApprovers(')) {
        await released;
      }
      await route.fallback();
    });
    await opened.page.goto(`${web.url}?order=${orderId}`);
    await waitForOrder(opened.page, orderId);
    return { opened, gateway, dns };
  }

  const listAddresses = async ({ page }: OpenPage) =>
    (await page.locator('fieldset').first().locator('label').allTextContents()).slice(0, -1);

  it('lists those last whom mail does not reach, says why, and names published contacts', async () => {
    const { opened, gateway } = await open(ZONE);
    const { page } = opened;
    await page.getByRole('status').getByText(NOT_REACHED).waitFor();

    const listed = await listAddresses(opened);
    expect(listed.slice(0, 5).every((email) => email.endsWith('@example.com'))).toBe(true);
    expect(listed[5]).toBe(CONTACT);
    expect(listed.slice(6).every((email) => email.endsWith('@shop.example.com'))).toBe(true);
    const describe = (email: string) =>
      page.getByLabel(email, { exact: true }).evaluate((input) => {
        const id = input.getAttribute('aria-describedby');
        return id && document.getElementById(id)?.textContent;
      });
    expect(await describe('admin@example.com')).toBeNull();
    expect(await describe('admin@shop.example.com')).toBe(NO_MAIL);
    expect(await describe(CONTACT)).toBe(
      'Published in DNS for approvals, and mail.example.net may or may not have a mail server:',
    );
    if (process.env.SHOT) await page.screenshot({ path: process.env.SHOT, fullPage: true });
    expect(await findPageFaults(opened)).toEqual([]);
    gateway.takeUpstreamRequests();
  });

  it('says why a domain has no addresses', async () => {
    const { opened, gateway } = await open(ZONE);
    const { page } = opened;
    await page.getByRole('status').getByText(NOT_REACHED).waitFor();

    for (const [name, why] of [
      ['192.0.2.1', 'It is an IP address, which emails cannot approve.'],
      ['co.uk', 'Names below it belong to different owners, so no address is customary for it.'],
      ['localhost', 'DigiCert names no domain here, so no address is known for it.'],
    ] as const) {
      const group = page.getByRole('group', { name: `Who approves ${name}` });
      expect([name, await group.getByText(why).count()]).toEqual([name, 1]);
    }
    gateway.takeUpstreamRequests();
  });

  it('sends a published contact for the domain that publishes it', async () => {
    const { opened, gateway } = await open(ZONE);
    await opened.page.getByLabel(CONTACT).check();
    gateway.takeUpstreamRequests();

    await findResendButton(opened.page).click();

    expect(await readResult(opened.page)).toBe('DigiCert accepted the request');
    const [request] = gateway.takeUpstreamRequests();
    expect(JSON.parse(request?.body ?? '')).toEqual({
      domain_approval_emails: [
        { domain: 'shop.example.com', email: CONTACT, email_domain: 'example.com' },
      ],
    });
  });

  it('shows the order, and takes a choice, before DNS has responded', async () => {
    const silent: Zone = { 'MX example.com': 'silence', 'MX shop.example.com': 'silence' };
    const { opened, gateway } = await open(silent);
    await opened.page.getByLabel('admin@example.com').check();

    await findResendButton(opened.page).click();

    expect(await readResult(opened.page)).toBe('DigiCert accepted the request');
    gateway.clock.advance(2_000);
    gateway.takeUpstreamRequests();
  });

  it('moves no address while one of them has the focus', async () => {
    const released = createDeferred();
    const { opened, gateway } = await open(ZONE, '8001', released.promise);
    const { page } = opened;
    const before = await listAddresses(opened);
    const address = page.getByLabel('admin@shop.example.com');
    await address.check();

    released.resolve();

    await page.getByText(NO_MAIL).first().waitFor();
    expect(await listAddresses(opened)).toEqual([...before, CONTACT]);
    expect(await address.isChecked()).toBe(true);
    expect(await address.evaluate((input) => input === document.activeElement)).toBe(true);
    gateway.takeUpstreamRequests();
  });

  it('asks DNS nothing for an order that has no emails', async () => {
    const { opened, gateway, dns } = await open(ZONE, '8002');
    expect(await findResendButton(opened.page).count()).toBe(0);
    expect(dns.questions).toEqual([]);
    gateway.takeUpstreamRequests();
  });
});
