// GraphiQL by keyboard alone, and on a phone.
import type { Page } from 'playwright-core';
import { startGateway } from '../support/program';
import { describeWithChromium, findAxeViolations, openPage, overflowsSideways } from './browser';
import { openGraphiql, readResult, waitForAnswer, waitForTab } from './graphiql';

jest.setTimeout(60_000);

const NARROW = { viewport: { width: 360, height: 740 } };
const WIDE = { viewport: { width: 1280, height: 720 } };

/** More than there are stops on the page. */
const MAX_STOPS = 120;

/** GraphiQL's own, each named in the documentation: buttons inside of tabs, and colours of its editor and its documentation. */
const OF_GRAPHIQL =
  /^nested-interactive: .*(?:tab|li)|^color-contrast: .*(?:line-numbers|\.mtk|doc-explorer)|^link-in-text-block: .*doc-explorer/;

/** Runs in the page: what is operated, is in view, and has not had the focus. */
function listControls(): string[] {
  const controls = [
    ...document.querySelectorAll<HTMLElement>('a, button, input, textarea, [tabindex]'),
  ];
  return controls
    .filter((control) => control.tabIndex >= 0 && control.dataset.reached === undefined)
    .filter((control) =>
      control.checkVisibility({ opacityProperty: true, visibilityProperty: true }),
    )
    .map((control) => control.ariaLabel ?? control.textContent);
}

/** Runs in the page: notes where the focus is, and says what it is on and whether that can be seen. */
function visitFocus() {
  const focused = document.activeElement as HTMLElement;
  focused.dataset.reached = '';
  // The text area of an editor cannot be seen, so the editor shows its focus.
  const shown = focused.closest('.graphiql-editor, .result-window') ?? focused;
  const { outlineStyle, outlineWidth } = getComputedStyle(shown);
  const { top, bottom, left, right } = shown.getBoundingClientRect();
  return {
    name: focused.ariaLabel ?? focused.textContent,
    isPage: focused === document.body,
    isSeen:
      outlineStyle !== 'none' &&
      Number.parseFloat(outlineWidth) >= 1 &&
      bottom > 0 &&
      top < innerHeight &&
      right > 0 &&
      left < innerWidth,
  };
}

/** Presses Tab until the focus is there. */
async function tabTo(page: Page, isThere: () => boolean): Promise<void> {
  for (let stops = 0; stops < MAX_STOPS; stops += 1) {
    await page.keyboard.press('Tab');
    if (await page.evaluate(isThere)) {
      return;
    }
  }
  throw new Error('Not reached by keyboard.');
}

describeWithChromium('GraphiQL', () => {
  it.each([
    ['a wide window', WIDE, ''],
    ['a narrow one', NARROW, ''],
    ['one whose variables are hidden', WIDE, 'hide-second'],
  ])(
    'has every control in reach of Tab, with a focus that is seen, in %s',
    async (_name, size, hidden) => {
      const { url } = await startGateway({ EXPLORER: 'graphiql' });
      const { page } = await openPage(size);
      await page.addInitScript((kept) => {
        localStorage.setItem('graphiql:secondaryEditorFlex', kept);
      }, hidden);
      await openGraphiql(page, url);
      await page.locator('.view-line').first().waitFor();

      const unseen: (string | null)[] = [];
      for (let stops = 0; stops < MAX_STOPS; stops += 1) {
        await page.keyboard.press('Tab');
        const { name, isPage, isSeen } = await page.evaluate(visitFocus);
        if (isPage) {
          break;
        }
        if (!isSeen) {
          unseen.push(name);
        }
      }

      expect(unseen).toEqual([]);
      expect(await page.evaluate(listControls)).toEqual([]);
      // All of them, and then out of the page: no editor has kept the focus.
      expect(await page.evaluate(() => document.activeElement === document.body)).toBe(true);
    },
  );

  it('has a link past its tabs', async () => {
    const { url } = await startGateway({ EXPLORER: 'graphiql' });
    const { page } = await openPage(WIDE);
    await openGraphiql(page, url);
    await page.locator('.view-line').first().waitFor();

    await page.keyboard.press('Tab');
    await page.keyboard.press('Enter');
    await page.waitForURL('**/#graphiql-session');
    await page.keyboard.press('Tab');

    await page.locator('.graphiql-query-editor :focus').waitFor({ state: 'attached' });
  });

  it('is used by keyboard alone at 360 px: a tab chosen, its call made, its result read', async () => {
    const { url } = await startGateway({ EXPLORER: 'graphiql' });
    const { page, errors } = await openPage(NARROW);
    await openGraphiql(page, url);

    await tabTo(page, () => document.activeElement?.textContent === 'RateLimitedError');
    await page.keyboard.press('Enter');
    await waitForTab(page, 'RateLimitedError');
    await tabTo(page, () => document.activeElement?.closest('.graphiql-editor textarea') !== null);
    const answered = waitForAnswer(page);
    await page.keyboard.press('Control+Enter');
    await answered;
    const result = await readResult(page);
    await tabTo(page, () => document.activeElement?.closest('.result-window textarea') !== null);
    await page.keyboard.press('Control+End');

    expect(result).toContain('"scope": "DIGICERT"');
    const lastLine = page.locator('.result-window .view-line').filter({ hasText: /^}$/ });
    await lastLine.waitFor();
    const { y = 0, height = 0 } = (await lastLine.boundingBox()) ?? {};
    expect(y + height).toBeLessThanOrEqual(NARROW.viewport.height);
    const parts = await page.locator('.graphiql-editor:visible, .result-window').all();
    const widths = await Promise.all(parts.map(async (part) => (await part.boundingBox())?.width));
    // Nothing is squeezed in beside another part.
    expect(Math.min(...widths.map((width = 0) => width))).toBeGreaterThan(200);
    expect(errors).toEqual([]);
  });

  it.each([
    ['light', WIDE],
    ['dark', NARROW],
  ] as const)(
    'is accessible but for its tabs, and never scrolled sideways: %s',
    async (colorScheme, size) => {
      const { url } = await startGateway({ EXPLORER: 'graphiql' });
      const { page, errors } = await openPage({ ...size, colorScheme });
      await openGraphiql(page, url);
      await page.locator('.view-line').first().waitFor();
      const faults: string[] = [];
      const look = async () => {
        faults.push(...(await findAxeViolations(page)));
        if (await overflowsSideways(page)) {
          faults.push('overflows');
        }
      };

      await look();
      await page.getByRole('button', { name: 'Show Documentation Explorer' }).click();
      await page.getByText('Root Types').waitFor();
      await look();

      expect(faults.filter((fault) => !OF_GRAPHIQL.test(fault))).toEqual([]);
      expect(errors).toEqual([]);
    },
  );
});
