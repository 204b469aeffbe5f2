// The example app lets a person choose who is mailed: first those whom mail reaches, as a real DNS server has it.
import type { Route } from 'playwright-core';
import type { SimulatedOrder } from '../../src/simulator/orders';
import { accept } from '../../src/simulator/responders';
import { createDeferred } from '../support/deferred';
import { mx, startDnsServer, txt, type Zone } from '../support/dns-server';
import { startTestApp } from '../support/test-app';
import { describeWithChromium, type OpenPage } from './browser';
import {
  findPageFaults,
  findResendButton,
  interceptResends,
  LOOKING_UP,
  openNarrowPage,
  readAgain,
  readResult,
  startWebApp,
  type WebApp,
  waitForHeading,
  waitForOrder,
} from './web-app';

jest.setTimeout(60_000);

const toOrder = (status: string, names: readonly string[]): SimulatedOrder => ({
  summary: 'names of its own',
  resend: accept,
  info: { status, dcv_method: 'email', certificate: { common_name: names[0], dns_names: names } },
  validation: {
    order_status: status,
    order_dcv_method: 'email',
    dns_name_validations: names.map((name) => ({ name_scope: name, dns_names: [name] })),
  },
});

const ORDERS = {
  '8001': toOrder('pending', ['shop.example.com', '192.0.2.1', 'co.uk', 'localhost']),
  '8002': toOrder('issued', ['shop.example.com']),
};

const at = (name: string) => `_validation-contactemail.${name}`;
const CONTACT = 'tls@mail.example.net';

/** Mail reaches example.com, not shop.example.com; whether it reaches the contact that both publish is not known. */
const ZONE: Zone = {
  'example.com': [mx('example.com', 'mail.example.com')],
  [at('example.com')]: [txt(at('example.com'), CONTACT), txt(at('x'), 'admin@example.com')],
  [at('shop.example.com')]: [txt(at('shop.example.com'), CONTACT)],
  'mail.example.net': 'SERVFAIL',
};

const MAILBOXES = ['admin', 'administrator', 'webmaster', 'hostmaster', 'postmaster'];
const atDomain = (domain: string) => MAILBOXES.map((mailbox) => `${mailbox}@${domain}`);
const NONE_AT_SHOP = 'shop.example.com has no mail server: DigiCert sends nothing there:';
const PUBLISHED = 'Published in DNS for approvals';
const MAY_GET = 'It could not be checked whether example.com has a mail server:';

describeWithChromium('the example app, choosing who is mailed', () => {
  let web: WebApp;

  beforeAll(async () => {
    web = await startWebApp('preview');
  });

  afterAll(() => web.close());

  interface Choosing {
    readonly zone?: Zone;
    readonly orderId?: keyof typeof ORDERS;
    /** Does with the page's request for look-ups what the handler says. */
    readonly lookUp?: (route: Route) => Promise<void>;
  }

  async function open({ zone = ZONE, orderId = '8001', lookUp }: Choosing = {}) {
    const dns = await startDnsServer(zone);
    const gateway = await startTestApp({
      orders: ORDERS,
      environment: { PORT: web.gatewayPort, DNS_SERVERS: dns.address },
    });
    const opened = await openNarrowPage();
    const { page } = opened;
    if (lookUp) {
      await page.route('**/graphql', (route) =>
        route.request().postData()?.includes('query CertificateOrderApprovers(')
          ? lookUp(route)
          : route.fallback(),
      );
    }
    await page.goto(`${web.url}?order=${orderId}`);
    await (lookUp ? waitForHeading : waitForOrder)(page, orderId);
    return { opened, page, dns, gateway };
  }

  /** The addresses of the first domain, in their order, each with what is said of it. */
  const listApprovers = ({ page }: OpenPage) =>
    page
      .locator('fieldset')
      .first()
      .getByRole('checkbox')
      .evaluateAll((boxes) =>
        boxes.map((box) => {
          const note = document.getElementById(box.getAttribute('aria-describedby') ?? '');
          return [(box as HTMLInputElement).labels?.[0]?.textContent, note?.textContent ?? null];
        }),
      );

  it('lists those first whom mail reaches, and says of the others why, and of contacts that they are', async () => {
    const { opened, page, gateway } = await open();

    expect(await listApprovers(opened)).toEqual([
      ['admin@example.com', `${PUBLISHED}:`],
      ...atDomain('example.com')
        .slice(1)
        .map((email) => [email, null]),
      [
        CONTACT,
        `${PUBLISHED}, and it could not be checked whether mail.example.net has a mail server:`,
      ],
      ...atDomain('shop.example.com').map((email) => [email, NONE_AT_SHOP]),
    ]);
    expect(
      await page
        .getByRole('status')
        .getByText('5 of 11 addresses cannot get mail. They are listed')
        .count(),
    ).toBe(1);
    expect(await findPageFaults(opened)).toEqual([]);
    gateway.takeUpstreamRequests();
  });

  it('puts a published contact that mail reaches first, with its note before it, and before the others theirs', async () => {
    const { opened, page, gateway } = await open({
      zone: { ...ZONE, 'mail.example.net': [mx('x', 'm.example')] },
    });

    const texts = await page
      .locator('fieldset')
      .first()
      .locator('.note, .choice')
      .allTextContents();
    expect(texts).toEqual([
      `${PUBLISHED}:`,
      'admin@example.com',
      CONTACT,
      'Others:',
      ...atDomain('example.com').slice(1),
      NONE_AT_SHOP,
      ...atDomain('shop.example.com'),
    ]);
    expect(await findPageFaults(opened)).toEqual([]);
    gateway.takeUpstreamRequests();
  });

  it('puts what is not known behind what is reached, and before what is not', async () => {
    const zone: Zone = { 'example.com': 'SERVFAIL', 'shop.example.com': [mx('x', 'm.example')] };
    const { opened, gateway } = await open({ zone });

    expect(await listApprovers(opened)).toEqual([
      ...atDomain('shop.example.com').map((email) => [email, null]),
      ...atDomain('example.com').map((email) => [email, MAY_GET]),
    ]);
    expect(await findPageFaults(opened)).toEqual([]);
    gateway.takeUpstreamRequests();
  });

  it.each([
    ['192.0.2.1', 'It is an IP address, which emails cannot approve.'],
    ['co.uk', 'Names below it belong to different owners, so no address is customary for it.'],
    ['localhost', 'DigiCert names no domain here, so no address is known for it.'],
  ])('says why there are no addresses for %s', async (name, why) => {
    const { page, gateway } = await open();

    const group = page.getByRole('group', { name: `Who may approve ${name}` });
    const description = await group.getAttribute('aria-describedby');
    expect(await page.locator(`#${description}`).textContent()).toBe(why);
    expect(await group.getByRole('checkbox').count()).toBe(0);
    gateway.takeUpstreamRequests();
  });

  it('mails a contact for the domain that publishes it, chosen by keyboard', async () => {
    const { page, gateway } = await open();

    await page.getByLabel('postmaster@example.com').focus();
    await page.keyboard.press('Tab');
    await page.keyboard.press('Space');
    await page.keyboard.press('Enter');

    expect(await readResult(page)).toBe('DigiCert accepted the request');
    expect(gateway.outbox[0]?.body).toEqual({
      domain_approval_emails: [
        { domain: 'shop.example.com', email: CONTACT, email_domain: 'example.com' },
      ],
    });
    gateway.takeUpstreamRequests();
  });

  it('repeats for which chosen addresses no mail server is known, and expects no emails where it is all of them', async () => {
    const { opened, page, gateway } = await open();
    const [unreached, reached] = ['admin@shop.example.com', 'hostmaster@example.com'];
    const listResults = () => page.locator('.panel').getByRole('listitem').allTextContents();
    const none = `${unreached} for shop.example.com: no mail server is known there, so DigiCert sends nothing to it`;

    await page.getByLabel(unreached).check();
    await findResendButton(page).click();
    await readResult(page);
    expect(await listResults()).toEqual([none]);
    expect(await page.locator('.panel').textContent()).not.toContain('spam');
    expect(await findPageFaults(opened)).toEqual([]);

    await page.getByRole('button', { name: 'Send again' }).click();
    await page.getByLabel(reached).check();
    await findResendButton(page).click();
    await readResult(page);
    expect((await listResults()).sort()).toEqual([none, `${reached} for shop.example.com`]);
    expect(await page.locator('.panel').textContent()).toContain('spam');
    gateway.takeUpstreamRequests();
  });

  it('shows the order and mails who is chosen while the look-ups are slow', async () => {
    const slow = createDeferred();
    const { opened, page, dns, gateway } = await open({
      lookUp: async (route) => {
        await slow.promise;
        await route.continue();
      },
    });

    expect(await page.getByRole('status').getByText(LOOKING_UP).count()).toBe(1);
    expect(await findPageFaults(opened)).toEqual([]);
    await page.getByLabel('administrator@shop.example.com').check();
    expect(dns.questions).toEqual([]);
    // The list is not moved under the focus; what was chosen stays so.
    slow.resolve();
    await page.getByText(NONE_AT_SHOP).first().waitFor();
    const listed = (await listApprovers(opened)).map(([email]) => email);
    expect(listed).toEqual([...atDomain('example.com'), ...atDomain('shop.example.com'), CONTACT]);
    const focused = page.getByLabel('administrator@shop.example.com');
    expect(await focused.evaluate((element) => element === document.activeElement)).toBe(true);
    await findResendButton(page).click();

    expect(await readResult(page)).toBe('DigiCert accepted the request');
    expect(gateway.outbox[0]?.body).toEqual({
      domain_approval_emails: [
        { domain: 'shop.example.com', email: 'administrator@shop.example.com' },
      ],
    });
    gateway.takeUpstreamRequests();
  });

  const domainsOf = (mailServer: string | null) => [
    {
      name: 'shop.example.com',
      approverEmails: [{ email: 'admin@example.com', emailDomain: 'example.com', mailServer }],
      txtContactEmails: null,
    },
  ];

  it.each<[string, object, string | null, string | null]>([
    [
      'null',
      { data: { certificateOrder: { id: '8001', domains: domainsOf(null) } } },
      MAY_GET,
      null,
    ],
    [
      'of a value that is newer than the page, with an error beside it',
      {
        data: { certificateOrder: { id: '8001', domains: domainsOf('FULL') } },
        errors: [{ message: 'One field failed.' }],
      },
      MAY_GET,
      null,
    ],
    [
      'missing',
      { data: null, errors: [{ message: 'All failed.' }] },
      null,
      'It could not be looked up which addresses get mail.',
    ],
  ])('shows the order where the look-ups are %s', async (_what, json, note, status) => {
    const { opened, page, gateway } = await open({ lookUp: (route) => route.fulfill({ json }) });
    await page.getByText(LOOKING_UP).waitFor({ state: 'hidden' });

    const listed = await listApprovers(opened);
    expect(listed).toHaveLength(10);
    expect(listed).toContainEqual(['admin@example.com', note]);
    expect(await page.getByText('It could not be looked up').allTextContents()).toEqual(
      status ? [status] : [],
    );
    expect(await findPageFaults(opened)).toEqual([]);
    gateway.takeUpstreamRequests();
  });

  describe('the next recipient, while an attempt is in flight', () => {
    async function chooseInFlight(end: (route: Route) => Promise<void>) {
      const { page, gateway } = await open();
      const ended = createDeferred();
      await interceptResends(page, async (route) => {
        await ended.promise;
        await end(route);
      });
      await findResendButton(page).click();
      await page.getByText('Sending…').waitFor();
      await page.getByLabel('administrator@shop.example.com').check();
      ended.resolve();
      return { page, gateway };
    }

    it('keeps the focus where the attempt fails', async () => {
      const { page, gateway } = await chooseInFlight((route) => route.abort());
      await page.locator('.panel h3').waitFor();

      await page.keyboard.press('Space');

      expect(await page.getByLabel('administrator@shop.example.com').isChecked()).toBe(false);
      gateway.takeUpstreamRequests();
    });

    it('loses the focus to the result where it is accepted, as the form goes', async () => {
      const { page, gateway } = await chooseInFlight((route) => route.continue());

      expect(await readResult(page)).toBe('DigiCert accepted the request');
      gateway.takeUpstreamRequests();
    });
  });

  it('asks DNS nothing for an order that has no emails to resend', async () => {
    const { opened, page, dns, gateway } = await open({ orderId: '8002' });
    expect(await findResendButton(page).count()).toBe(0);

    // A look-up of the first reading would have left before the second.
    await readAgain(page);
    await waitForHeading(page, '8002');

    expect(opened.requests.filter((request) => request.startsWith('POST'))).toHaveLength(2);
    expect(dns.questions).toEqual([]);
    expect(gateway.takeUpstreamRequests().every(({ method }) => method === 'GET')).toBe(true);
  });

  it('does not ask DNS again when the order is read again', async () => {
    const { page, dns, gateway } = await open();
    const asked = dns.questions.length;
    const answered = page.waitForResponse('**/graphql');

    await page.clock.install();
    await page.reload();
    await waitForOrder(page, '8001');
    await answered;
    const requests: string[] = [];
    page.on('request', (request) => requests.push(request.postDataJSON()?.operationName));
    // What the first would lead to leaves before the second.
    for (let count = 0; count < 2; count += 1) {
      const read = page.waitForResponse('**/graphql');
      await page.clock.runFor(30_000);
      await (await read).finished();
    }

    expect(requests).toEqual(['CertificateOrder', 'CertificateOrder']);
    expect(asked).toBeGreaterThan(0);
    gateway.takeUpstreamRequests();
  });
});
