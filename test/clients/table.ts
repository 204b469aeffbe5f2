// The table of docs/clients.md, made of what was observed.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Observed } from './observe';
import { COLUMNS, type Column, findNeededLines, type Row } from './rows';

const { devDependencies } = JSON.parse(readFileSync(join(__dirname, 'package.json'), 'utf8')) as {
  devDependencies: Readonly<Record<string, string>>;
};

export const HEAD = [
  'Client',
  'Schema and types',
  'Mutation, every member',
  'Query',
  '401',
  'Document not listed',
  'Member added later',
  'No response, retry, offline',
];

export function toCells(row: Row, observed: Observed): string[] {
  const versions = row.packages.map((name) => `\`${name}\` ${devDependencies[name]}`);
  const link = `[${row.name}](../test/clients/libraries/${row.file})`;
  return [
    [link, ...versions].join('<br>'),
    row.schema,
    ...COLUMNS.map((column) => [
      toCell(column, row, observed),
      ...toExtras(column, row, observed),
    ]).map((parts) => parts.join('<br>')),
  ];
}

/** With the lines that it needs, as they are in the library's file. */
function toCell(column: Column, row: Row, { columns }: Observed): string {
  const lines = findNeededLines(row)
    .filter((needed) => needed.column === column && needed.feature === undefined)
    .map(({ line }) => `\`${line}\``);
  const yes = column === 'retry' ? 'sent once' : 'yes';
  const text = columns[column] === 'yes' ? yes : (row.notes?.[column] ?? columns[column]);
  return lines.length === 0 ? text : `${text}, with ${lines.join(' ')}`;
}

function toExtras(column: Column, row: Row, { features, queryMethod }: Observed): string[] {
  if (column === 'query') {
    return [`by ${queryMethod}`];
  }
  if (column === 'unlisted') {
    return row.hasOurDocuments ? [] : ['its documents have to be listed'];
  }
  if (column !== 'retry') {
    return [];
  }
  return Object.entries(features).map(([feature, { asItComes, madeSafe }]) => {
    const line = findNeededLines(row).find((needed) => needed.feature === feature)?.line;
    return `\`${feature}\`: ${asItComes}; ${line ? `with \`${line}\`` : 'without it'} ${madeSafe}`;
  });
}

/** Pipes would end a cell. */
export const toLine = (cells: readonly string[]) =>
  `| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`;
