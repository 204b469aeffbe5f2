// The picture of GraphiQL in the README, taken by `npm run screenshots`: jest runs this as it runs a test.
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { startGateway } from '../support/program';
import { describeWithChromium, openPage } from './browser';

const IMAGES = join(__dirname, '..', '..', 'docs', 'images');

jest.setTimeout(60_000);

describeWithChromium('docs/images', () => {
  it('graphiql', async () => {
    mkdirSync(IMAGES, { recursive: true });
    const { url } = await startGateway({ EXPLORER: 'graphiql' });
    const { page } = await openPage({ viewport: { width: 1280, height: 720 } });
    const introspected = page.waitForResponse((response) => response.request().method() === 'POST');
    await page.goto(url);
    await introspected;

    await page.getByRole('button', { name: /execute query/i }).click();
    await page.locator('.result-window').getByText('ResendDvEmailsSuccess').waitFor();
    await page.mouse.move(0, 0);

    await page.screenshot({ path: join(IMAGES, 'graphiql.png'), animations: 'disabled' });
  });
});
