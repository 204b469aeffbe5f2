// The libraries that teams use, each in a file as a team would write it, against the gateway: docs/clients.md says
// what each can do, and the line it needs. `npm run clients:table` writes that table.
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Observed, observe, startSurroundings } from './observe';
import { COLUMNS, findNeededLines, NEEDED, ROWS, type Row } from './rows';
import { bundle, createWorkspace, type Workspace } from './workspace';

jest.setTimeout(120_000);

const byTypescript = ROWS.filter(({ file }) => file.endsWith('.ts'));

function toCommand({ folder }: Workspace, { file }: Row): string[] {
  if (file.endsWith('.py')) {
    return ['python3', join(folder, file)];
  }
  return file.endsWith('.go')
    ? [join(folder, 'machinebox')]
    : [process.execPath, join(folder, 'bundled', file.replace(/\.ts$/, '.main.js'))];
}

async function prepare(name: string, edit?: (source: string) => string): Promise<Workspace> {
  const workspace = await createWorkspace(name, edit && { edit });
  await bundle(
    workspace,
    byTypescript.map(({ file }) => file.replace(/\.ts$/, '')),
  );
  execFileSync('go', ['build', '-o', 'machinebox', 'machinebox.go'], {
    cwd: workspace.folder,
    env: { ...process.env, GO111MODULE: 'off', GOPATH: '/usr/share/gocode' },
  });
  return workspace;
}

it('try', async () => {
  const surroundings = await startSurroundings();
  const w = await prepare('today');
  console.log(w.complaints);
  for (const row of ROWS)
    console.log(
      row.file,
      JSON.stringify(await observe(toCommand(w, row), row, surroundings), null, 1),
      findNeededLines(row),
    );
});
