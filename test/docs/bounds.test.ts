// docs/bounds.md has the numbers of the code, and every list that a response may hold.
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { isListType, isNonNullType, isObjectType } from 'graphql';
import { getSchema } from '../../src/graphql/schema';
import { readTable } from '../support/markdown';

const ROOT = join(__dirname, '..', '..');
const SOURCES = join(ROOT, 'src');

describe('docs/bounds.md', () => {
  const text = readFileSync(join(ROOT, 'docs', 'bounds.md'), 'utf8');

  it('has the numbers of the code and of the settings', () => {
    const sources = readdirSync(SOURCES, { recursive: true, encoding: 'utf8' })
      .filter((name) => name.endsWith('.ts'))
      .map((name) => readFileSync(join(SOURCES, name), 'utf8'))
      .join('\n');
    const settings = readFileSync(join(ROOT, 'docs', 'settings.md'), 'utf8');
    const rows = ['Requests', 'Documents', 'Responses', 'Look-ups in DNS', 'Log'].flatMap((table) =>
      readTable(text, table),
    );
    const named = rows.filter(([, , name]) => name);
    expect(named.length).toBeGreaterThan(25);
    for (const [what, told = '', name = ''] of named) {
      const constant = name.replaceAll('`', '');
      const [, setting] = new RegExp(`^\\| ${name} +\\| \`(\\d+)\``, 'm').exec(settings) ?? [];
      const values = [...sources.matchAll(new RegExp(`const ${constant} = ([\\d_ *]+);`, 'g'))].map(
        ([, value = '']) => value.replaceAll('_', '').split('*').map(Number),
      );
      const numbers = [
        ...values.map((factors) => factors.reduce((product, factor) => product * factor, 1)),
        ...(setting ? [Number(setting)] : []),
      ];
      const [, digits = '', unit] = /^([\d,]+)( KiB)?$/.exec(told) ?? [];
      const number = Number(digits.replaceAll(',', '')) * (unit ? 1_024 : 1);
      expect({ what, numbers }).toEqual({ what, numbers: expect.arrayContaining([number]) });
    }
  });

  it('names every list of the schema', () => {
    const lists = Object.values(getSchema(true).getTypeMap())
      .filter((type) => isObjectType(type) && !type.name.startsWith('__'))
      .flatMap((type) => (isObjectType(type) ? Object.values(type.getFields()) : []))
      .filter(({ type }) => isListType(isNonNullType(type) ? type.ofType : type))
      .map(({ name }) => name);
    const named = readTable(text, 'Lists').map(([field]) => field?.replaceAll('`', ''));
    expect(named.sort()).toEqual([...new Set(lists)].sort());
  });
});
