// The example app in front of the gateway and its simulator: what a person sees of every result.
import { spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createDeferred } from '../support/deferred';
import { startGateway } from '../support/program';
import { startTestApp, type TestAppOverrides } from '../support/test-app';
import { describeWithChromium } from './browser';
import {
  answerReads,
  findPageFaults,
  findResendButton,
  interceptResends,
  openOrder,
  readAgain,
  readResult,
  startWebApp,
  WEB_APP,
  type WebApp,
  waitForFocus,
  waitForHeading,
  waitForOrder,
  waitForTimer,
} from './web-app';

/** An attempt to resend, as an order has it. */
const LAST_RESEND = {
  attemptedAt: '2026-01-02T03:04:05.000Z',
  outcome: 'ACCEPTED',
  emailsMayHaveBeenSent: true,
  domains: [],
  correlationId: 'of-another-page',
};

const MAY_HAVE_BEEN_SENT = 'I have looked for the emails and want to send them again';

// A browser on a busy machine takes its time, and axe a good part of it.
jest.setTimeout(60_000);

describeWithChromium('the example app', () => {
  let web: WebApp;

  beforeAll(async () => {
    web = await startWebApp('preview');
  });

  afterAll(() => web.close());

  const startBehindPage = ({ environment, ...overrides }: TestAppOverrides = {}) =>
    startTestApp({ ...overrides, environment: { PORT: web.gatewayPort, ...environment } });

  it.each([
    ['Success', '1001', 'DigiCert accepted the request'],
    ['InvalidInputError', '1400', 'DigiCert refused the request'],
    ['OrderNotEligibleError NOT_A_DV_ORDER', '1004', 'The order is for an OV or EV certificate'],
    ['AccessDeniedError', '1403', 'DigiCert does not allow it'],
    ['RateLimitedError', '1429', 'No more requests can be made to DigiCert for the moment'],
    ['UpstreamError, nothing sent', '1401', 'The emails were not sent'],
    ['UpstreamError, may have been sent', '1503', 'The emails may have been sent'],
  ])('shows %s', async (_member, orderId, heading) => {
    const gateway = await startBehindPage();
    const open = await openOrder(web, orderId);
    expect(await findPageFaults(open)).toEqual([]);

    await findResendButton(open.page).click();

    expect(await readResult(open.page)).toBe(heading);
    expect(await findPageFaults(open)).toEqual([]);
    expect(open.requests.filter((request) => !request.includes(web.url))).toEqual([]);
    gateway.takeUpstreamRequests();
  });

  it.each([
    ['OrderNotFoundError', '1404', 'There is no order 1404'],
    ['ORDER_NOT_PENDING', '1002', 'The order no longer waits for approval'],
    ['ORDER_NOT_READY', '1005', 'There are no approval emails yet'],
    ['DCV_METHOD_NOT_EMAIL', '1003', 'This order is not approved by email'],
  ])('shows %s of an order that was pending when it was read', async (_what, orderId, heading) => {
    const gateway = await startBehindPage();
    const open = await openOrder(web, orderId, { status: 'pending' });

    await findResendButton(open.page).click();

    expect(await readResult(open.page)).toBe(heading);
    expect(await findPageFaults(open)).toEqual([]);
    gateway.takeUpstreamRequests();
  });

  it.each([
    ['1002', 'The status of the order is issued: it no longer waits for approval by email.'],
    [
      '1003',
      'The order proves domain control by a TXT record in DNS, not by email. Follow that method, or change it to email at DigiCert.',
    ],
    [
      '1005',
      'An administrator of the DigiCert account has to approve the order first: there are no emails to resend yet.',
    ],
    ['1404', 'Without an order there are no emails to resend.'],
  ])('has no button for order %s, and says why', async (orderId, why) => {
    const gateway = await startBehindPage();
    const open = await openOrder(web, orderId);

    expect(await open.page.getByText(why).isVisible()).toBe(true);
    expect(await findResendButton(open.page).count()).toBe(0);
    expect(await findPageFaults(open)).toEqual([]);
    gateway.takeUpstreamRequests();
  });

  it('says who has to add a CSR', async () => {
    const { page } = await openOrder(web, '1001', { status: 'NEEDS_CSR' });

    expect(await page.getByText('has to add a CSR to the order at DigiCert first').count()).toBe(1);
    expect(await findResendButton(page).count()).toBe(0);
  });

  it('has the button again once the order was read again, and is ready', async () => {
    let status = 'needs_approval';
    const { page } = await openOrder(web, '1001', { status });
    await answerReads(page, '1001', () => ({ status }));
    status = 'pending';

    await page.getByRole('button', { name: 'Read again' }).click();

    await findResendButton(page).waitFor();
    await waitForFocus(page, 'Order 1001');
  });

  it('keeps the button for a status that it does not know', async () => {
    const { page } = await openOrder(web, '1001', { status: 'a_status_of_tomorrow' });

    expect(await findResendButton(page).isVisible()).toBe(true);
  });

  it('shows the last attempt before the button, with its outcome and domains', async () => {
    const open = await openOrder(web, '1001', {
      lastResend: { ...LAST_RESEND, outcome: 'UNKNOWN', domains: ['example.com', 'example.org'] },
    });

    const shown = open.page.getByText('Last attempt');
    expect(await shown.textContent()).toMatch(
      /, not from this tab, for example\.com, example\.org\. It may have sent emails: look for them\.$/,
    );
    expect(await shown.locator('time').getAttribute('datetime')).toBe(LAST_RESEND.attemptedAt);
    expect(await findPageFaults(open)).toEqual([]);
  });

  it('takes an outcome that it does not know as unknown', async () => {
    const { page } = await openOrder(web, '1001', {
      lastResend: { ...LAST_RESEND, outcome: 'BOUNCED' },
    });

    expect(await page.getByText('Last attempt').textContent()).toMatch(/It may have sent emails/);
  });

  it('knows its own attempt after a reload', async () => {
    const gateway = await startBehindPage();
    const { page } = await openOrder(web, '1001');
    let requestId = '';
    await interceptResends(page, (route, id) => {
      requestId = id;
      return route.continue();
    });
    await findResendButton(page).click();
    await readResult(page);

    await answerReads(page, '1001', () => ({
      lastResend: { ...LAST_RESEND, correlationId: requestId },
    }));
    await page.reload();
    await waitForOrder(page, '1001');

    expect(await page.getByText('Last attempt').textContent()).toMatch(/, by you, for the/);
    gateway.takeUpstreamRequests();
  });

  it('shows what is known of the attempt behind a cool-down', async () => {
    const open = await openOrder(web, '1001', {});
    await interceptResends(open.page, (route) =>
      route.fulfill({
        json: {
          data: {
            resendDvEmails: {
              __typename: 'ResendDvEmailsRateLimitedError',
              message: 'A request for these emails is in progress.',
              retryable: true,
              correlationId: 'the-call',
              scope: 'COOLDOWN',
              retryAfterSeconds: 5,
              lastResend: {
                __typename: 'CertificateOrderResend',
                ...LAST_RESEND,
                outcome: 'IN_PROGRESS',
                correlationId: null,
              },
            },
          },
        },
      }),
    );

    await findResendButton(open.page).click();

    expect(await readResult(open.page)).toBe('It is too early for these emails');
    expect(await open.page.getByRole('alert').textContent()).toMatch(
      /This time nothing was sent\.Last attempt: [^a-z]*, for the recipients that the order has\. DigiCert has not responded yet\./,
    );
    expect(await findPageFaults(open)).toEqual([]);
  });

  it.each([
    ['ACCEPTED', 'Your attempt was made. DigiCert accepted it'],
    ['NOT_SENT', 'Your attempt was made. Nothing was sent.'],
    ['IN_PROGRESS', 'Your attempt was made. DigiCert has not responded yet.'],
    ['UNKNOWN', 'Your attempt was made. It may have sent emails'],
    ['of another page', 'The gateway does not have your attempt as the last one'],
    ['none', 'The gateway does not have your attempt as the last one'],
  ])('checks the outcome of an attempt whose response was lost: %s', async (outcome, told) => {
    const open = await openOrder(web, '1001', {});
    const { page } = open;
    let requestId = '';
    await interceptResends(page, (route, id) => {
      requestId = id;
      return route.abort();
    });
    await findResendButton(page).click();
    expect(await readResult(page)).toBe('The gateway does not answer');
    expect(await page.getByRole('alert').textContent()).toContain(requestId);
    const attempts: Readonly<Record<string, object | undefined>> = {
      none: undefined,
      'of another page': LAST_RESEND,
    };
    await answerReads(page, '1001', () => {
      const lastResend = Object.hasOwn(attempts, outcome)
        ? attempts[outcome]
        : {
            ...LAST_RESEND,
            outcome,
            correlationId: requestId,
            attemptedAt: new Date().toISOString(),
          };
      return lastResend ? { lastResend } : {};
    });

    const button = page.getByRole('button', { name: 'Check what became of it' });
    await button.click();

    await page.getByText(told).waitFor();
    expect(requestId).toMatch(/^[\w-]{36}$/);
    await waitForFocus(page, 'Check what became of it');
    expect(await page.getByText('not from this tab').count()).toBe(
      outcome === 'of another page' ? 1 : 0,
    );
    expect(await findResendButton(page).isDisabled()).toBe(true);
    expect(await findPageFaults({ ...open, errors: [] })).toEqual([]);
  });

  it('sends the mail domain of an address at a parent', async () => {
    // The gateway would add it.
    const gateway = await startBehindPage({ environment: { DIGICERT_EMAIL_DOMAIN: 'given' } });
    const { page } = await openOrder(web, '1006');

    await page
      .getByRole('group', { name: 'www.example.com' })
      .getByLabel('admin@example.com')
      .check();
    await page
      .getByRole('group', { name: 'may approve example.com' })
      .getByLabel('hostmaster@example.com')
      .check();
    await findResendButton(page).click();
    await readResult(page);

    expect(gateway.outbox[0]?.body).toEqual({
      domain_approval_emails: [
        { domain: 'example.com', email: 'hostmaster@example.com' },
        { domain: 'www.example.com', email: 'admin@example.com', email_domain: 'example.com' },
      ],
    });
    gateway.takeUpstreamRequests();
  });

  it('sends to the chosen addresses, in the chosen language', async () => {
    const gateway = await startBehindPage();
    const { page } = await openOrder(web, '1001');

    await page.getByLabel('admin@example.com').check();
    await page.getByLabel('Another address').fill('me@example.com');
    await page.getByLabel('Language').fill('de');
    await findResendButton(page).click();
    await readResult(page);

    expect(gateway.outbox).toMatchObject([
      {
        orderId: '1001',
        body: {
          domain_approval_emails: [
            { domain: 'example.com', email: 'admin@example.com' },
            { domain: 'example.com', email: 'me@example.com' },
          ],
          locale: 'de',
        },
      },
    ]);
    expect(await page.getByRole('status').getByRole('listitem').allTextContents()).toEqual([
      'admin@example.com for example.com',
      'me@example.com for example.com',
    ]);
    expect(await page.locator('.panel').textContent()).toContain('That is not “delivered”');
    gateway.takeUpstreamRequests();
  });

  it('leaves the recipients out where none is chosen', async () => {
    const gateway = await startBehindPage();
    const { page } = await openOrder(web, '1001');

    await findResendButton(page).click();
    await readResult(page);

    expect(gateway.outbox).toMatchObject([{ orderId: '1001', body: {} }]);
    expect(gateway.outbox[0]?.body).toEqual({});
    gateway.takeUpstreamRequests();
  });

  it('offers to send again after a success, and not at the same place by the same click', async () => {
    const gateway = await startBehindPage();
    const { page } = await openOrder(web, '1001');
    await findResendButton(page).click();
    await readResult(page);
    expect(await findResendButton(page).isVisible()).toBe(false);

    await page.getByRole('button', { name: 'Send again' }).click();
    await findResendButton(page).click();
    await readResult(page);

    expect(gateway.outbox).toHaveLength(2);
    gateway.takeUpstreamRequests();
  });

  it('marks each field that is wrong, and leads to it', async () => {
    const gateway = await startBehindPage();
    const open = await openOrder(web, '1001');
    gateway.takeUpstreamRequests();
    const { page } = open;
    const [address, language] = [page.getByLabel('Another address'), page.getByLabel('Language')];

    await address.fill('no-domain');
    await language.fill('???');
    await findResendButton(page).click();

    expect(await readResult(page)).toBe('Please check what you entered');
    for (const [field, complaint] of [
      [address, '"no-domain" is not an email address such as admin@example.com.'],
      [language, 'A locale is a language code such as en.'],
    ] as const) {
      expect(await field.getAttribute('aria-invalid')).toBe('true');
      const [describedBy] = (await field.getAttribute('aria-describedby'))?.split(' ') ?? [];
      expect(await page.locator(`#${describedBy}`).textContent()).toBe(complaint);
      await page.getByRole('link', { name: complaint }).click();
      await field.and(page.locator(':focus')).waitFor();
    }
    expect(await page.getByLabel('admin@example.com').getAttribute('aria-invalid')).toBeNull();
    expect(await findPageFaults(open)).toEqual([]);
  });

  it('counts the seconds of a limit down, and makes no call before they are over', async () => {
    const gateway = await startBehindPage();
    const { page, requests } = await openOrder(web, '1429');
    await page.clock.install();
    await page.clock.pauseAt(Date.now() + 60_000);
    const button = findResendButton(page);
    await button.click();
    await readResult(page);
    const asked = requests.length;

    await waitForTimer(page, 'You can resend in 5 s.');
    await button.click({ force: true });
    await page.getByLabel('Language').press('Enter');
    await page.clock.runFor(3_000);
    await waitForTimer(page, 'You can resend in 2 s.');
    expect(await button.isDisabled()).toBe(true);
    await page.clock.runFor(2_000);
    await waitForTimer(page, '');
    expect(await button.isDisabled()).toBe(false);
    expect(requests).toHaveLength(asked);

    await button.click();
    await readResult(page);
    expect(requests).toHaveLength(asked + 1);
    gateway.takeUpstreamRequests();
  });

  it('warns before a second try where the emails may have been sent', async () => {
    const gateway = await startBehindPage();
    const { page } = await openOrder(web, '1503');
    const button = findResendButton(page);
    await button.click();
    expect(await readResult(page)).toBe('The emails may have been sent');
    gateway.takeUpstreamRequests();

    expect(await button.isDisabled()).toBe(true);
    await button.click({ force: true });
    await page.getByLabel(MAY_HAVE_BEEN_SENT).check();
    await button.click();
    await readResult(page);

    // That of the click on a button that was ready; a request of the click before it would be here too.
    expect(gateway.takeUpstreamRequests()).toHaveLength(1);
    expect(await page.getByLabel(MAY_HAVE_BEEN_SENT).isChecked()).toBe(false);
  });

  it('sends one round of emails for a double click', async () => {
    const gateway = await startBehindPage();
    const { page, requests } = await openOrder(web, '1001');
    const asked = requests.length;
    // The response comes after the second click, however fast the machine is.
    const clicked = createDeferred();
    await page.route('**/graphql', async (route) => {
      await clicked.promise;
      await route.continue();
    });

    await findResendButton(page).dblclick();
    clicked.resolve();

    expect(await readResult(page)).toBe('DigiCert accepted the request');
    expect(gateway.outbox).toHaveLength(1);
    expect(requests).toHaveLength(asked + 1);
    gateway.takeUpstreamRequests();
  });

  it('sends one round of emails for two clicks within one event', async () => {
    const gateway = await startBehindPage();
    const { page, requests } = await openOrder(web, '1001');
    const asked = requests.length;

    await findResendButton(page).evaluate((button: HTMLButtonElement) => {
      button.click();
      button.click();
    });

    await readResult(page);
    // A second request would have left with the first, though its emails may be later than the first result.
    expect(requests).toHaveLength(asked + 1);
    expect(gateway.outbox).toHaveLength(1);
    gateway.takeUpstreamRequests();
  });

  it('says that it does not know where the gateway goes down', async () => {
    const { program } = await startGateway({ PORT: web.gatewayPort });
    const open = await openOrder(web, '1001');
    const { page, errors } = open;
    program.kill('SIGKILL');
    await once(program, 'exit');

    await findResendButton(page).click();

    expect(await readResult(page)).toBe('The gateway does not answer');
    expect(await page.getByRole('alert').textContent()).toContain('may have been sent');
    expect(await findResendButton(page).isDisabled()).toBe(true);
    expect(await page.getByLabel(MAY_HAVE_BEEN_SENT).isVisible()).toBe(true);
    expect(errors).toEqual([expect.stringContaining('the server responded with a status of 500')]);
    expect(await findPageFaults({ ...open, errors: [] })).toEqual([]);
  });

  it('does not forget by reading the order again that emails may have been sent', async () => {
    const gateway = await startBehindPage();
    const { page } = await openOrder(web, '1503');
    await findResendButton(page).click();
    await readResult(page);

    await readAgain(page);
    await waitForHeading(page, '1503');

    expect(await findResendButton(page).isDisabled()).toBe(true);
    expect(await page.getByLabel(MAY_HAVE_BEEN_SENT).isVisible()).toBe(true);
    gateway.takeUpstreamRequests();
  });

  it('reads an order once the gateway is up again', async () => {
    const open = await openOrder(web, '1001');
    const { page } = open;
    expect(await page.getByRole('alert').textContent()).toContain('The gateway does not answer.');
    expect(await findPageFaults({ ...open, errors: [] })).toEqual([]);

    const gateway = await startBehindPage();
    await page.getByRole('button', { name: 'Read again' }).click();

    await page.getByText('www.example.com').waitFor();
    await waitForFocus(page, 'Order 1001');
    gateway.takeUpstreamRequests();
  });

  it('says when the user has to sign in', async () => {
    await startBehindPage({
      environment: { ROUTER_SECRET: 'a-secret-that-the-page-does-not-know' },
    });
    const open = await openOrder(web, '1001');

    await findResendButton(open.page).click();

    expect(await readResult(open.page)).toBe('Sign in again');
    expect(await findPageFaults({ ...open, errors: [] })).toEqual([]);
  });

  it('shows the message of a member that is newer than the page', async () => {
    const gateway = await startBehindPage();
    const open = await openOrder(web, '1001');
    await open.page.route('**/graphql', (route) =>
      route.fulfill({
        json: {
          data: {
            resendDvEmails: {
              __typename: 'ResendDvEmailsMailboxFullError',
              message: 'The mailbox is full.',
              retryable: false,
              correlationId: 'the-call',
            },
          },
        },
      }),
    );

    await findResendButton(open.page).click();

    expect(await readResult(open.page)).toBe('Another result');
    expect(await open.page.getByRole('alert').textContent()).toContain('The mailbox is full.');
    expect(await findPageFaults(open)).toEqual([]);
    gateway.takeUpstreamRequests();
  });

  it('can be used with the keyboard alone', async () => {
    const gateway = await startBehindPage();
    const { page } = await openOrder(web, '1001');
    const { keyboard } = page;

    await waitForFocus(page, 'Order 1001');
    await keyboard.press('Tab');
    await keyboard.press('Space');
    await keyboard.press('Enter');
    expect(await readResult(page)).toBe('DigiCert accepted the request');
    await keyboard.press('Tab');
    await waitForFocus(page, 'Send again');
    await keyboard.press('Enter');
    await waitForFocus(page, 'Approval emails');

    expect(gateway.outbox).toMatchObject([
      { body: { domain_approval_emails: [{ email: 'admin@example.com' }] } },
    ]);
    gateway.takeUpstreamRequests();
  });

  it('is served from its sources too, as while it is worked on', async () => {
    const dev = await startWebApp('dev');
    const gateway = await startTestApp({ environment: { PORT: dev.gatewayPort } });

    const open = await openOrder(dev, '1001');
    await findResendButton(open.page).click();

    expect(await readResult(open.page)).toBe('DigiCert accepted the request');
    expect(open.errors).toEqual([]);
    await dev.close();
    gateway.takeUpstreamRequests();
  });
});

describe("the example app's source", () => {
  const root = join(WEB_APP, '..', '..', '..');
  const types = readFileSync(join(root, 'dist', 'client', 'esm', 'operations.d.ts'), 'utf8');
  const result = "NonNullable<ResendDvEmailsMutation['resendDvEmails']>";
  const folder = mkdtempSync(join(tmpdir(), 'web-app-'));
  afterAll(() => rmSync(folder, { recursive: true }));

  /** What the compiler says of the app, were the client entry's types the given ones. */
  function compileWith(clientTypes: string): string {
    writeFileSync(join(folder, 'operations.d.ts'), clientTypes);
    const paths = {
      'dv-email-gateway-client': [join(folder, 'operations.d.ts')],
      '@graphql-typed-document-node/core': [
        join(WEB_APP, 'node_modules', '@graphql-typed-document-node', 'core'),
      ],
    };
    writeFileSync(
      join(folder, 'tsconfig.json'),
      JSON.stringify({
        extends: join(WEB_APP, 'tsconfig.json'),
        compilerOptions: { paths },
        include: [join(WEB_APP, 'src')],
      }),
    );
    const tsc = join(WEB_APP, 'node_modules', '.bin', 'tsc');
    return spawnSync(tsc, ['--project', folder, '--pretty', 'false'], { encoding: 'utf8' }).stdout;
  }

  it('compiles with the members of today', () => {
    expect(types).toContain(result);
    expect(compileWith(types)).toBe('');
  });

  it('does not compile with one more', () => {
    const member = `{ __typename: 'ResendDvEmailsMailboxFullError'; message: string }`;

    const complaints = compileWith(types.replace(result, `${result} | ${member}`));

    expect(complaints.match(/^\S+: error/gm)).toHaveLength(1);
    expect(complaints).toMatch(/result-panel\.tsx.*ResendDvEmailsMailboxFullError.*'never'/);
  });
});
