// Lint holds each folder of src to its layer; a folder without a rule would be free of all.
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

it('every folder of src has a layer rule', () => {
  const root = join(__dirname, '..', '..');
  const config = JSON.parse(readFileSync(join(root, '.biome.json'), 'utf8')) as {
    overrides: { includes: string[] }[];
  };
  const ruled = config.overrides.flatMap(({ includes }) => includes);
  const folders = readdirSync(join(root, 'src'), { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map(({ name }) => `src/${name}/**`);

  expect(ruled).toEqual(expect.arrayContaining(folders));
});
