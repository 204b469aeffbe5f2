// The last step of `npm run build`, run in the folder where that builds: bundles what the explorers' pages load from us into
// dist/, so that nothing it is made of has to be installed where the gateway runs.
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { buildSync } from 'esbuild';

const { ASSETS_FOLDER, ENTRY_POINTS } = createRequire(import.meta.url)(
  resolve('dist/explorer/assets.js'),
);

const { metafile } = buildSync({
  entryPoints: ENTRY_POINTS,
  outdir: ASSETS_FOLDER,
  bundle: true,
  minify: true,
  charset: 'utf8',
  legalComments: 'none',
  loader: { '.ttf': 'dataurl' },
  nodePaths: [fileURLToPath(new URL('node_modules', import.meta.url))],
  metafile: true,
});

// Not served: it goes with every copy of the bundles.
const folders = Object.keys(metafile.inputs).flatMap(
  (path) => /^.*\/node_modules\/(?:@[^/]+\/)?[^/]+/.exec(`/${path}`)?.[0].slice(1) ?? [],
);
const licences = [...new Set(folders)].sort().flatMap((folder) =>
  readdirSync(folder)
    .filter((name) => /^(?:licen[cs]e|notice|thirdparty)/i.test(name))
    .map((name) => {
      const text = readFileSync(join(folder, name), 'utf8');
      return `${folder.replace(/^.*node_modules\//, '')}\n\n${text}`;
    }),
);
writeFileSync(join(ASSETS_FOLDER, 'LICENSES'), licences.join('\n\n'));
