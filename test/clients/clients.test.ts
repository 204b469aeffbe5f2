// The libraries that teams use, each in a file as a team would write it, against the gateway: docs/clients.md says
// what each can do, and the line it needs. `npm run clients:table` writes that table.
import { execFileSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describeWhere } from '../support/describe-where';
import { type Observed, observe, startSurroundings } from './observe';
import { COLUMNS, findMissing, findNeededLines, GO_PATH, NEEDED, ROWS, type Row } from './rows';
import { HEAD, toCells, toLine } from './table';
import { bundle, createWorkspace, type Workspace } from './workspace';

jest.setTimeout(240_000);

const DOC = join(__dirname, '..', '..', 'docs', 'clients.md');
const TABLE = /(<!-- clients -->\n)([\s\S]*?)(<!-- end -->)/;
const WRITE = process.env.CLIENTS === 'write';

const typescript = ROWS.filter(({ file }) => file.endsWith('.ts'));
const installed = ROWS.filter((row) => {
  const missing = findMissing(row);
  return describeWhere(`of ${row.name}`, missing, 'REQUIRE_CLIENTS') === describe;
});

async function prepare(name: string, edit?: (source: string) => string): Promise<Workspace> {
  const workspace = await createWorkspace(name, edit && { edit });
  await bundle(
    workspace,
    typescript.map(({ file }) => file.replace(/\.ts$/, '')),
  );
  if (installed.some(({ file }) => file.endsWith('.go'))) {
    execFileSync('go', ['build', '-o', 'machinebox', 'machinebox.go'], {
      cwd: workspace.folder,
      env: { ...process.env, GO111MODULE: 'off', GOPATH: GO_PATH, GOTOOLCHAIN: 'local' },
    });
  }
  return workspace;
}

function toCommand({ folder }: Workspace, { file }: Row): string[] {
  if (file.endsWith('.py')) {
    return ['python3', join(folder, file)];
  }
  return file.endsWith('.go')
    ? [join(folder, 'machinebox')]
    : [process.execPath, join(folder, 'bundled', file.replace(/\.ts$/, '.main.js'))];
}

/** Each row in turn: a machine that starts all programs at once runs into the libraries' time-outs. */
async function observeAll(workspace: Workspace, rows: readonly Row[]) {
  const surroundings = await startSurroundings();
  const observed = new Map<Row, Observed>();
  for (const row of rows) {
    observed.set(row, await observe(toCommand(workspace, row), row, surroundings));
  }
  return observed;
}

describe('as they are in their files', () => {
  let workspace: Workspace;
  let observed: Map<Row, Observed>;
  const find = (row: Row) => observed.get(row) as Observed;

  beforeAll(async () => {
    workspace = await prepare('today');
    observed = await observeAll(workspace, installed);
  });

  it('every generator takes the schema, and every switch over the union compiles', () => {
    expect(workspace.complaints).toEqual({});
  });

  it.each(installed)('$name does it all, or docs/clients.md says why not and what to do', (row) => {
    const notes = row.notes ?? {};
    const wanted = COLUMNS.map((column) => [
      column,
      column in notes ? expect.stringMatching(/^refused: .*\w/) : 'yes',
    ]);
    expect(find(row).columns).toEqual(Object.fromEntries(wanted));
  });

  it('no feature sends a mutation again, once it is made safe', () => {
    const features = installed.flatMap((row) =>
      Object.entries(find(row).features).map(([feature, texts]) => ({ feature, ...texts })),
    );
    expect(features).not.toEqual([]);
    // One that was safe as it comes would need no mention.
    expect(features.filter(({ asItComes }) => asItComes === 'sent once')).toEqual([]);
    expect(features.filter(({ madeSafe }) => madeSafe !== 'sent once')).toEqual([]);
  });

  it('docs/clients.md has what was observed', () => {
    const doc = readFileSync(DOC, 'utf8');
    const rows = installed.map((row) => toCells(row, find(row)));
    const lines = [HEAD, HEAD.map(() => '---'), ...rows].map(toLine);
    if (WRITE) {
      expect(rows).toHaveLength(ROWS.length);
      writeFileSync(
        DOC,
        doc.replace(TABLE, (_, start, _table, end) => `${start}\n${lines.join('\n')}\n\n${end}`),
      );
      return;
    }
    const table = (TABLE.exec(doc)?.[2] ?? '').split('\n').filter((line) => line !== '');
    expect(table).toHaveLength(lines.length + ROWS.length - rows.length);
    // `npm run format` pads the cells.
    const withoutPadding = (line: string) =>
      line.replaceAll(/ *\| */g, '|').replaceAll(/-{3,}/g, '---');
    const documented = new Set(table.map(withoutPadding));
    expect(lines.map(withoutPadding).filter((line) => !documented.has(line))).toEqual([]);
  });
});

describe('without the lines that docs/clients.md says they need', () => {
  const rows = installed.filter((row) => findNeededLines(row).length > 0);
  let observed: Map<Row, Observed>;

  beforeAll(async () => {
    const workspace = await prepare('without', (source) => source.replaceAll(NEEDED, ''));
    observed = await observeAll(workspace, rows);
  });

  it.each(rows)('$name fails where it needs one', (row) => {
    for (const { line, column, feature } of findNeededLines(row)) {
      const { columns, features } = observed.get(row) as Observed;
      const text = feature === undefined ? columns[column] : features[feature]?.madeSafe;
      expect([line, text]).not.toEqual([line, feature === undefined ? 'yes' : 'sent once']);
    }
  });
});
