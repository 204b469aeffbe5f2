// The client package in a page: small, alone, and the same documents.
import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { buildSync } from 'esbuild';
import * as documents from '../../src/client/operations';
import { closeLater } from '../support/close-later';
import { describeWithChromium, openPage } from './browser';

const PACKAGE = join(__dirname, '..', '..', 'dist', 'client');

/** What the four documents may add to a page, minified and before compression. */
const MAX_BUNDLE_BYTES = 12_000;

describeWithChromium('in a browser', () => {
  it(`the whole entry is one file of less than ${MAX_BUNDLE_BYTES} bytes`, async () => {
    const folder = mkdtempSync(join(tmpdir(), 'package-'));
    closeLater(() => rmSync(folder, { recursive: true }));
    mkdirSync(join(folder, 'node_modules'));
    symlinkSync(PACKAGE, join(folder, 'node_modules', 'dv-email-gateway-client'));
    writeFileSync(
      join(folder, 'page.js'),
      "import * as client from 'dv-email-gateway-client'; globalThis.client = client;",
    );
    const outfile = join(folder, 'bundle.js');
    const { metafile } = buildSync({
      entryPoints: [join(folder, 'page.js')],
      absWorkingDir: folder,
      bundle: true,
      minify: true,
      platform: 'browser',
      metafile: true,
      outfile,
    });
    const bundle = readFileSync(outfile, 'utf8');

    expect(
      Object.keys(metafile.inputs)
        .map((path) => resolve(folder, path))
        .sort(),
    ).toEqual([join(PACKAGE, 'esm', 'operations.js'), join(folder, 'page.js')].sort());
    expect(Buffer.byteLength(bundle)).toBeLessThan(MAX_BUNDLE_BYTES);

    const { page, errors } = await openPage();
    await page.evaluate(bundle);
    expect(await page.evaluate('client')).toEqual(JSON.parse(JSON.stringify(documents)));
    expect(errors).toEqual([]);
  });
});
