// What `npm pack ./dist/client` gives to a frontend team: it installs with its peers alone, and its types hold.
import { execFileSync, spawnSync } from 'node:child_process';
import {
  cpSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as documents from '../../src/client/operations';
import { packClient } from './workspace';

const ROOT = join(__dirname, '..', '..');
const TSC = join(ROOT, 'node_modules', '.bin', 'tsc');

const CALL = `
import { ResendDvEmailsDocument, type ResendDvEmailsResult, possibleTypes } from 'dv-email-gateway-client';
import { type TypedDocumentNode } from '@graphql-typed-document-node/core';

declare function mutate<Data, Variables>(document: TypedDocumentNode<Data, Variables>, variables: Variables): Data;

export const { resendDvEmails } = mutate(ResendDvEmailsDocument, {
  orderId: '1001',
  input: { domainApprovalEmails: [{ domain: 'example.com', email: 'admin@example.com' }], locale: 'en' },
});
export const members: string[] | undefined = possibleTypes['ResendDvEmailsResult'];
export function waitFor(result: ResendDvEmailsResult): number {
  return result.__typename === 'ResendDvEmailsRateLimitedError' ? result.retryAfterSeconds : 0;
}
`;

/** The error for a wrong call, by the line that is wrong. */
const WRONG_CALLS: readonly (readonly [line: string, complaint: RegExp])[] = [
  [
    'mutate(ResendDvEmailsDocument, { orderId: 1001 });',
    /'number' is not assignable to type 'string'/,
  ],
  ['mutate(ResendDvEmailsDocument, {});', /'orderId' is missing/],
  [
    "mutate(ResendDvEmailsDocument, { orderId: '1', input: { language: 'en' } });",
    /'language' does not exist/,
  ],
  ['resendDvEmails.__typename;', /possibly 'null'/],
  ["if (resendDvEmails?.__typename === 'ResendDvEmailsSucess') {}", /no overlap/],
];

/** Else npm may print advice of the day. */
const QUIET = ['--no-audit', '--no-fund', '--no-update-notifier'];

const NODE = ['--module', 'nodenext'];
const BUNDLER = ['--module', 'preserve'];

let folder: string;
let tarball: string;

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'package-'));
  tarball = packClient();
});

afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** An empty project of the given kind of modules. */
function createProject(name: string, type: 'module' | 'commonjs' = 'module'): string {
  const project = join(folder, name);
  mkdirSync(project);
  writeFileSync(join(project, 'package.json'), JSON.stringify({ name, private: true, type }));
  return project;
}

/** Puts in place what the types need, and nothing that the server needs. */
function unpack(project: string): void {
  const target = join(project, 'node_modules', 'dv-email-gateway-client');
  mkdirSync(target, { recursive: true });
  execFileSync('tar', ['-xzf', tarball, '-C', target, '--strip-components=1']);
  for (const name of ['graphql', '@graphql-typed-document-node/core']) {
    cpSync(join(ROOT, 'node_modules', name), join(project, 'node_modules', name), {
      recursive: true,
    });
  }
}

/** What the compiler says of a file, line by line; nothing where all is well. */
function compile(project: string, source: string, options: readonly string[]): string[] {
  writeFileSync(join(project, 'call.ts'), source);
  const args = ['--strict', '--noEmit', '--pretty', 'false', '--types', '', ...options, 'call.ts'];
  const { stdout } = spawnSync(TSC, args, { cwd: project, encoding: 'utf8' });
  return stdout.split('\n').filter((line) => line !== '');
}

function runNode(project: string, code: string, type: 'module' | 'commonjs'): unknown {
  const args = [`--input-type=${type}`, '--eval', code];
  return JSON.parse(execFileSync(process.execPath, args, { cwd: project, encoding: 'utf8' }));
}

describe('the package', () => {
  it('holds the documents, the manifest and the schema, and no server', () => {
    const listed = execFileSync('tar', ['-tzf', tarball], { encoding: 'utf8' });

    expect(listed.trim().split('\n').sort()).toEqual([
      'package/README.md',
      'package/client.graphql',
      'package/esm/operations.d.ts',
      'package/esm/operations.js',
      'package/esm/package.json',
      'package/operations.d.ts',
      'package/operations.js',
      'package/package.json',
      'package/persisted-documents.json',
    ]);
  });

  it.each([
    ['attw', ['--exclude-entrypoints', 'client.graphql']],
    ['publint', ['--strict']],
  ])('%s finds no fault in its types and entries', (name, args) => {
    const binary = join(__dirname, 'node_modules', '.bin', name);
    const { status, stdout } = spawnSync(binary, [tarball, ...args], { encoding: 'utf8' });

    expect({ status, stdout }).toEqual({ status: 0, stdout: expect.any(String) });
  });

  it('has the version of the gateway', () => {
    const readVersion = (...path: string[]) =>
      JSON.parse(readFileSync(join(ROOT, ...path, 'package.json'), 'utf8')).version;
    expect(readVersion('src', 'client')).toBe(readVersion());
  });

  it('installs its peers alone into an empty project, without a warning', () => {
    const project = createProject('installed');
    const args = ['install', ...QUIET, '--engine-strict', tarball];

    const { stdout, stderr } = spawnSync('npm', args, { cwd: project, encoding: 'utf8' });

    expect({ stdout: stdout.trim(), stderr }).toEqual({
      stdout: expect.stringMatching(/^added 3 packages in \d+m?s$/),
      stderr: '',
    });
    expect(readdirSync(join(project, 'node_modules')).sort()).toEqual([
      '.package-lock.json',
      '@graphql-typed-document-node',
      'dv-email-gateway-client',
      'graphql',
    ]);
    expect(compile(project, CALL, NODE)).toEqual([]);
  }, 120_000);

  describe('beside its peers', () => {
    it.each([
      ['modules in Node', 'module', NODE],
      ['CommonJS in Node', 'commonjs', NODE],
      ['a bundler', 'module', BUNDLER],
    ] as const)('the call compiles for %s', (name, type, options) => {
      const project = createProject(name, type);
      unpack(project);

      expect(compile(project, CALL, options)).toEqual([]);
    });

    it('a wrong call does not compile', () => {
      const project = createProject('wrong');
      unpack(project);
      const source = `${CALL}${WRONG_CALLS.map(([line]) => line).join('\n')}\n`;
      const firstLine = CALL.split('\n').length;

      const complaints = compile(project, source, BUNDLER);

      for (const [index, [, complaint]] of WRONG_CALLS.entries()) {
        const at = `call.ts(${firstLine + index},`;
        expect(complaints.filter((line) => line.startsWith(at)).join('\n')).toMatch(complaint);
      }
    });

    it('Node requires and imports the same documents, and the manifest', () => {
      const project = createProject('loaded');
      unpack(project);

      expect(
        runNode(
          project,
          `const { createRequire } = process.getBuiltinModule('node:module');
           const require = createRequire(process.cwd() + '/');
           const imported = await import('dv-email-gateway-client');
           const required = require('dv-email-gateway-client');
           const { operations } = require('dv-email-gateway-client/persisted-documents.json');
           console.log(JSON.stringify({ imported, required, operations: operations.map(({ name }) => name) }))`,
          'module',
        ),
      ).toEqual(
        JSON.parse(
          JSON.stringify({
            imported: documents,
            required: documents,
            // Each as it is, and as clients with a cache send it.
            operations: [
              'CertificateOrderApprovers',
              'CertificateOrder',
              'CertificateOrders',
              'ResendDvEmails',
            ].flatMap((name) => [name, name]),
          }),
        ),
      );
    });
  });
});
