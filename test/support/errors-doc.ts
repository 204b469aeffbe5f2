// The tables of docs/errors.md that list messages.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { readTable } from './markdown';

/** These messages, in this order, each with the evidence it rests on, and no other. */
export function expectListed(heading: string, messages: readonly string[]): void {
  const doc = readFileSync(join(__dirname, '..', '..', 'docs', 'errors.md'), 'utf8');
  const rows = readTable(doc, heading);
  expect(rows.map(([message]) => message)).toEqual([...new Set(messages)]);
  expect(rows.filter(([, evidence = '']) => evidence.length < 10)).toEqual([]);
}
