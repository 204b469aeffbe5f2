// Whether all of the program comes from one build: `npm run build` puts another folder in place of dist/.
import { statSync } from 'node:fs';

const findFolder = () => statSync(__dirname, { throwIfNoEntry: false })?.ino;

/** What it was when this was loaded, before anything else. */
const folder = findFolder();

export function isOneBuild(): boolean {
  return findFolder() === folder;
}
