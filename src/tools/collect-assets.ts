// The last step of `npm run build`: what the explorers' pages load from us is bundled into dist/, so that
// nothing it is made of has to be installed where the gateway runs.
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { buildSync } from 'esbuild';
import { ASSETS_FOLDER, ENTRY_POINTS } from '../explorer/assets';

const ROOT = join(__dirname, '..', '..');

const { metafile } = buildSync({
  absWorkingDir: ROOT,
  entryPoints: ENTRY_POINTS,
  outdir: ASSETS_FOLDER,
  bundle: true,
  minify: true,
  charset: 'utf8',
  legalComments: 'none',
  loader: { '.ttf': 'dataurl' },
  metafile: true,
});

// Not served: it goes with every copy of the bundles.
const folders = Object.keys(metafile.inputs).flatMap(
  (path) => /^.*\/node_modules\/(?:@[^/]+\/)?[^/]+/.exec(`/${path}`)?.[0] ?? [],
);
const licences = [...new Set(folders)].sort().flatMap((folder) =>
  readdirSync(join(ROOT, folder))
    .filter((name) => /^(?:licen[cs]e|notice|thirdparty)/i.test(name))
    .map(
      (name) =>
        `${folder.replace(/^.*node_modules\//, '')}\n\n${readFileSync(join(ROOT, folder, name), 'utf8')}`,
    ),
);
writeFileSync(join(ASSETS_FOLDER, 'LICENSES'), licences.join('\n\n'));
