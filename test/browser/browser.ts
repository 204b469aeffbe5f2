// The system's Chromium, a fresh page for each test, and what that page asked for and complained about.
import { existsSync } from 'node:fs';
import { source as axeSource } from 'axe-core';
import { type Browser, type BrowserContextOptions, chromium, type Page } from 'playwright-core';
import { describeWhere } from '../support/describe-where';

const BINARY = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'].find(
  (path) => existsSync(path),
);

/** Chromium keeps to what the page asks for: nothing of its own goes out, and nothing is painted by a GPU. */
const ARGS = [
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];

/** `describe`, where there is a Chromium. CI sets REQUIRE_CHROMIUM, so that nothing is skipped there. */
export const describeWithChromium = describeWhere(
  'in a browser',
  BINARY === undefined ? 'Chromium is not installed' : undefined,
  'REQUIRE_CHROMIUM',
);

export interface OpenPage {
  readonly page: Page;
  /** Errors on the console and uncaught exceptions, in their order. */
  readonly errors: readonly string[];
  /** Everything that was requested, as `GET http://127.0.0.1:4000/graphql`. */
  readonly requests: readonly string[];
}

let browser: Promise<Browser> | undefined;

afterEach(async () => {
  const contexts = (await browser)?.contexts() ?? [];
  await Promise.all(contexts.map((context) => context.close()));
});

afterAll(async () => {
  await (await browser)?.close();
});

/** A page of its own: no cookie, no cache, no size or colour scheme but those asked for. */
export async function openPage(options: BrowserContextOptions = {}): Promise<OpenPage> {
  // Without Chromium's sandbox, as root cannot have it; nothing but our own pages is opened.
  browser ??= chromium.launch({ executablePath: BINARY ?? '', args: ARGS, chromiumSandbox: false });
  const context = await (await browser).newContext(options);
  const page = await context.newPage();
  const errors: string[] = [];
  const requests: string[] = [];
  page.on('console', (message) => {
    if (message.type() === 'error') {
      errors.push(message.text());
    }
  });
  page.on('pageerror', (error) => errors.push(String(error)));
  context.on('request', (request) => requests.push(`${request.method()} ${request.url()}`));
  return { page, errors, requests };
}

/** What axe has against the page as it is now, e.g. `color-contrast: .hint`. */
export async function findAxeViolations(page: Page): Promise<string[]> {
  // Evaluated, not added as a script, so that a page's Content Security Policy can stay as it is.
  await page.evaluate(axeSource);
  const { violations } = await page.evaluate(() => window.axe.run());
  return violations.flatMap(({ id, nodes }) => nodes.map(({ target }) => `${id}: ${target}`));
}

/** Whether the page has to be scrolled sideways to be read. */
export async function overflowsSideways(page: Page): Promise<boolean> {
  return page.evaluate(
    () => document.documentElement.scrollWidth > document.documentElement.clientWidth,
  );
}

declare global {
  interface Window {
    readonly axe: typeof import('axe-core');
  }
}
