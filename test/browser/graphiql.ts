// GraphiQL, and the things a person does with it.
import type { Page } from 'playwright-core';

/** Once it has read the schema. */
export async function openGraphiql(page: Page, url: string): Promise<void> {
  const introspected = page.waitForResponse((response) => response.request().method() === 'POST');
  await page.goto(url);
  await introspected;
}

/** The response that GraphiQL shows for the tab in front, as far as it is in view. */
export async function runTab(page: Page): Promise<string> {
  const answered = waitForAnswer(page);
  await page.getByRole('button', { name: /execute query/i }).click();
  await answered;
  return readResult(page);
}

/** To anything but the reading of the schema. */
export function waitForAnswer(page: Page) {
  return page.waitForResponse(
    (response) =>
      !(response.request().postData() ?? 'IntrospectionQuery').includes('Introspection'),
  );
}

export async function readResult(page: Page): Promise<string> {
  const lines = page.locator('.result-window .view-line');
  await lines.getByText('}').first().waitFor();
  // Lines that are too long are wrapped, and spaces are no-break spaces.
  return (await lines.allTextContents()).join(' ').replaceAll(/\s+/g, ' ');
}

/** GraphiQL needs a moment to see which operation is in the tab, and notes it. */
export async function chooseTab(page: Page, title: string): Promise<void> {
  await page.getByRole('tab', { name: title }).click();
  await waitForTab(page, title);
}

export async function waitForTab(page: Page, title: string): Promise<void> {
  await page.waitForFunction(
    (name) => localStorage.getItem('graphiql:query')?.includes(` ${name}(`),
    title,
  );
}

/** Once a later visit will have the first tab in front, or another than the first. */
export async function waitUntilTabsAreKept(page: Page, front: 'first' | 'other'): Promise<void> {
  await page.waitForFunction((isFirst) => {
    const kept = JSON.parse(localStorage.getItem('graphiql:tabState') ?? '{}');
    return kept.tabs && (kept.activeTabIndex === 0) === isFirst;
  }, front === 'first');
}
