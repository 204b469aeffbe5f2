// The last step of `npm run build`: what the explorers' pages load from us is put into dist/, so that
// neither GraphiQL nor React has to be installed where the gateway runs.
import { copyFileSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { ASSETS, ASSETS_FOLDER } from '../explorer/assets';

const ROOT = join(__dirname, '..', '..');

mkdirSync(ASSETS_FOLDER, { recursive: true });
for (const [name, source] of Object.entries(ASSETS)) {
  copyFileSync(join(ROOT, source), join(ASSETS_FOLDER, name));
}
