// `npm run screenshot:graphiql` makes docs/images/graphiql.png: the built gateway, its simulator, and GraphiQL
// after the first tab was run.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { chromium } from 'playwright-core';

const ROOT = join(import.meta.dirname, '..', '..');

const gateway = spawn(process.execPath, [join(ROOT, 'dist', 'main.js')], {
  env: { PATH: process.env.PATH, PORT: '0', EXPLORER: 'graphiql' },
  stdio: ['ignore', 'pipe', 'inherit'],
});
const browser = await chromium.launch({
  executablePath: '/usr/bin/chromium',
  args: ['--disable-gpu', '--no-first-run'],
  chromiumSandbox: false,
});
try {
  const page = await browser.newPage({ viewport: { width: 1280, height: 720 } });
  const introspected = page.waitForResponse((response) => response.request().method() === 'POST');
  await page.goto(await readUrl());
  await introspected;
  await page.getByRole('button', { name: /execute query/i }).click();
  await page.locator('.graphiql-response').getByText('ResendDvEmailsSuccess').waitFor();
  await page.mouse.move(0, 0);
  const path = join(ROOT, 'docs', 'images', 'graphiql.png');
  await page.screenshot({ path, animations: 'disabled' });
} finally {
  await browser.close();
  gateway.kill();
  await once(gateway, 'exit');
}

/** Where the gateway says that it serves GraphQL. */
async function readUrl() {
  for await (const line of createInterface({ input: gateway.stdout })) {
    const { event, url } = JSON.parse(line);
    if (event === 'gateway.started') {
      return url;
    }
  }
  throw new Error('The gateway has ended without being started.');
}
