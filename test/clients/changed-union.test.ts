// A member of the union that gets another name, or is added, breaks no page silently: a client with types does not
// compile any more.
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describeWhere } from '../support/describe-where';
import { addMember, addToMutation } from './later-member';
import { findMissing, ROWS, type Row } from './rows';
import { createWorkspace, GENERATORS, SCHEMA, type Workspace } from './workspace';

jest.setTimeout(120_000);

const MEMBER = 'ResendDvEmailsOrderNotFoundError';
const RENAMED = 'ResendDvEmailsOrderUnknownError';
const editPackage = (source: string) => source.replaceAll(MEMBER, RENAMED);

/** By file: the switch of those that use the package's documents is in a file that they share. */
function findSwitch({ file }: Row): string {
  const source = readFileSync(join(__dirname, 'libraries', file), 'utf8');
  return source.includes("from './tell'") ? 'tell.ts' : file;
}

const typed = ROWS.filter(({ file }) => file.endsWith('.ts'));

let workspace: Workspace;

describe('once the package has the new name', () => {
  beforeAll(async () => {
    workspace = await createWorkspace('renamed', { editPackage });
  });

  it.each(typed)('$name does not compile', (row) => {
    const { complaints } = workspace;
    const complaint =
      row.name === 'Relay' ? complaints['relay-compiler'] : complaints[findSwitch(row)];
    expect(complaint).toContain(MEMBER);
  });

  const python = ROWS.find(({ file }) => file.endsWith('.py')) as Row;
  describeWhere(
    'of documents in Python',
    findMissing(python),
    'REQUIRE_CLIENTS',
  )('in Python', () => {
    it('the documents are not valid', () => {
      const args = [join(workspace.folder, python.file), join(workspace.folder, SCHEMA)];
      expect(spawnSync('python3', args, { encoding: 'utf8' }).stdout).toContain(MEMBER);
    });
  });
});

describe("once the clients' own documents have it too", () => {
  beforeAll(async () => {
    workspace = await createWorkspace('followed', {
      editPackage,
      edit: (source) => source.replaceAll(`... on ${MEMBER}`, `... on ${RENAMED}`),
    });
  });

  it('every generator runs', () => {
    expect(Object.keys(workspace.complaints)).not.toEqual(
      expect.arrayContaining([expect.stringMatching(`^(?:${Object.keys(GENERATORS).join('|')})$`)]),
    );
  });

  it.each(typed)('the switch of $name does not compile', (row) => {
    expect(workspace.complaints[findSwitch(row)]).toContain(MEMBER);
  });
});

describe('once there is one more member', () => {
  beforeAll(async () => {
    workspace = await createWorkspace('added', { editPackage: addMember });
  });

  it.each(typed.filter(({ name }) => name !== 'Relay'))(
    'the switch of $name does not compile',
    (row) => {
      expect(workspace.complaints[findSwitch(row)]).toMatch(/'never'/);
    },
  );

  it('the switch of Relay does: its types have "%other" for it', () => {
    expect(workspace.complaints['relay.ts']).toBeUndefined();
  });
});

describe('once the mutation alone has one more member', () => {
  beforeAll(async () => {
    workspace = await createWorkspace('mutation', { editPackage: addToMutation });
  });

  it.each(typed.filter(({ hasOurDocuments }) => hasOurDocuments))(
    '$name, which gives its result with its type, does not compile',
    ({ file }) => {
      expect(workspace.complaints[file]).toMatch(
        /not assignable to parameter of type 'ResendDvEmailsResult'/,
      );
    },
  );
});
