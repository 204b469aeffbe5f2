// The example app as it is built, served as its README says, and the things a person does with it.
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import type { Locator, Page, Route } from 'playwright-core';
import { findFreePort } from '../support/free-port';
import { findAxeViolations, type OpenPage, openPage, overflowsSideways } from './browser';

export const WEB_APP = join(__dirname, '..', '..', 'docs', 'examples', 'web');

/** The width of a small telephone. */
const NARROW = { width: 360, height: 740 };

/** Said while DNS is asked about the approvers of an order, which is shown already. */
export const LOOKING_UP = 'Looking up which addresses get mail';

export interface WebApp {
  /** Where the page is. */
  readonly url: string;
  /** Where it expects the gateway, which each test starts, or does not. */
  readonly gatewayPort: string;
  close(): Promise<void>;
}

/** `preview` serves what was built, `dev` the sources. */
export async function startWebApp(
  command: 'preview' | 'dev',
  gatewayUrl?: string,
): Promise<WebApp> {
  const gatewayPort = await findFreePort();
  const child = spawn(
    join(WEB_APP, 'node_modules', '.bin', 'vite'),
    [command, '--host', '127.0.0.1', '--port', await findFreePort(), '--strictPort'],
    {
      cwd: WEB_APP,
      env: {
        ...process.env,
        NO_COLOR: '1',
        GATEWAY_URL: gatewayUrl ?? `http://127.0.0.1:${gatewayPort}/graphql`,
      },
      stdio: ['ignore', 'pipe', 'ignore'],
    },
  );
  return { url: await readUrl(child), gatewayPort, close: () => stop(child) };
}

async function readUrl({ stdout }: ChildProcess): Promise<string> {
  if (stdout) {
    for await (const line of createInterface({ input: stdout })) {
      const url = /Local:\s+(\S+)/.exec(line)?.[1];
      if (url) {
        stdout.resume();
        return url;
      }
    }
  }
  throw new Error('Vite ended before it was ready.');
}

async function stop(child: ChildProcess): Promise<void> {
  const exited = once(child, 'exit');
  child.kill('SIGKILL');
  await exited;
}

/** What a gateway may say of an order; of a pending one, unless it says otherwise. */
export interface ReadOrder {
  readonly status?: string;
  readonly dcvMethod?: string;
  readonly lastResend?: object;
  readonly domains?: readonly object[];
}

/** `read`: in place of what the gateway says of the order. */
export async function openOrder(app: WebApp, orderId: string, read?: ReadOrder): Promise<OpenPage> {
  const open = await openNarrowPage();
  if (read) {
    await answerReads(open.page, orderId, () => read);
  }
  await open.page.goto(`${app.url}?order=${orderId}`);
  await waitForOrder(open.page, orderId);
  return open;
}

export const openNarrowPage = () => openPage({ viewport: NARROW });

/** Responds to the page's reads in place of the gateway; the route added last counts. */
export async function answerReads(
  page: Page,
  orderId: string,
  toOrder: () => ReadOrder,
): Promise<void> {
  await page.route('**/graphql', (route) => {
    if (!isRead(route)) {
      return route.fallback();
    }
    const { lastResend, ...order } = { lastResend: undefined, ...toOrder() };
    const certificateOrder = {
      __typename: 'CertificateOrder',
      id: orderId,
      status: 'pending',
      dcvMethod: 'email',
      commonName: null,
      productName: null,
      orderedAt: null,
      domains: [],
      lastResend: lastResend ? { __typename: 'CertificateOrderResend', ...lastResend } : null,
      ...order,
    };
    return route.fulfill({ json: { data: { certificateOrder } } });
  });
}

/** Does with the page's mutations what the handler says. */
export async function interceptResends(
  page: Page,
  handle: (route: Route, requestId: string) => Promise<void>,
): Promise<void> {
  await page.route('**/graphql', (route) =>
    !route.request().postData()?.includes('mutation ResendDvEmails')
      ? route.fallback()
      : handle(route, route.request().headers()['x-request-id'] ?? ''),
  );
}

const isRead = (route: Route) => route.request().postData()?.includes('query CertificateOrder(');

/** An order is shown, and everything about it is known. */
export async function waitForOrder(page: Page, orderId: string): Promise<void> {
  await waitForHeading(page, orderId);
  await page.getByText(LOOKING_UP).waitFor({ state: 'hidden' });
}

export async function waitForHeading(page: Page, orderId: string): Promise<void> {
  await page.locator('h2:focus', { hasText: `Order ${orderId}` }).waitFor();
}

export function findResendButton(page: Page): Locator {
  return page.getByRole('button', { name: 'Resend emails' });
}

/** Reads what is shown again; resolves once that was answered. */
export async function readAgain(page: Page): Promise<void> {
  const answered = page.waitForResponse('**/graphql');
  await page.getByRole('button', { name: 'Read again' }).click();
  await answered;
}

/** The heading of the last attempt's result, which has the focus; resolves once there is one. */
export async function readResult(page: Page): Promise<string | null> {
  await page.locator('.panel h3:focus').waitFor();
  return page.locator('.panel h3:focus').textContent();
}

/** Until what has these words has the focus. */
export async function waitForFocus(page: Page, words: string): Promise<void> {
  await page.getByText(words, { exact: true }).and(page.locator(':focus')).waitFor();
}

/** Until the timer below the button says this, or nothing: a page is rendered after its clock has moved on. */
export async function waitForTimer(page: Page, words: string): Promise<void> {
  await page.locator(`[role=timer]:text-is("${words}")`).waitFor({ state: 'attached' });
}

/** What is wrong with the page as it is now, in light and in dark, for those who see it and those who hear it. */
export async function findPageFaults({ page, errors }: OpenPage): Promise<string[]> {
  const faults = [...errors];
  for (const colorScheme of ['light', 'dark'] as const) {
    await page.emulateMedia({ colorScheme });
    faults.push(...(await findAxeViolations(page)));
  }
  if (await overflowsSideways(page)) {
    faults.push('has to be scrolled sideways');
  }
  return faults;
}
