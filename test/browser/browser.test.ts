// The instruments themselves: a page with every kind of fault is seen to have them.
import { describeWithChromium, findAxeViolations, openPage, overflowsSideways } from './browser';

describeWithChromium('a faulty page', () => {
  it('is found out', async () => {
    const { page, errors, requests } = await openPage({ viewport: { width: 360, height: 640 } });
    await page.route('http://page.test/**', (route) =>
      route.fulfill({
        contentType: 'text/html',
        body: `<!doctype html><html lang="en"><title>Faulty</title>
          <main><h1>Faulty</h1><input style="width: 400px"></main>
          <script>console.error('said'); throw new Error('thrown')</script></html>`,
      }),
    );

    await page.goto('http://page.test/');

    expect(await findAxeViolations(page)).toEqual(['label: input']);
    expect(await overflowsSideways(page)).toBe(true);
    expect(errors).toEqual(['said', 'Error: thrown']);
    expect(requests).toEqual(['GET http://page.test/']);
  });
});
