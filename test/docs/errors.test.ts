// docs/errors.md names everything that can go wrong, and nothing that cannot.
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { buildSchema, isEnumType, isUnionType } from 'graphql';
import { isRetryable, type UpstreamFailure } from '../../src/domain/outcome';
import { printGatewaySchema } from '../../src/graphql/schema';
import { readRows, readTable } from '../support/markdown';

const ROOT = join(__dirname, '..', '..');
const doc = readFileSync(join(ROOT, 'docs', 'errors.md'), 'utf8');
const schema = buildSchema(printGatewaySchema(), { assumeValidSDL: true });

/** Validation error codes of Apollo Server's own. */
const APOLLO_CODES = ['INTROSPECTION_DISABLED', 'MAX_RECURSIVE_SELECTIONS_EXCEEDED'];

/** The folders where errors that a caller sees are made. */
const SOURCES = ['auth', 'graphql', 'http'].flatMap((folder) =>
  readdirSync(join(ROOT, 'src', folder), { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.ts'))
    .map((name) => readFileSync(join(ROOT, 'src', folder, name), 'utf8')),
);

const members = (() => {
  const union = schema.getType('ResendDvEmailsResult');
  return isUnionType(union) ? union.getTypes().map(({ name }) => name) : [];
})();

function valuesOf(name: string): string[] {
  const type = schema.getType(name);
  return isEnumType(type) ? type.getValues().map((value) => value.name) : [];
}

/** The first cells under a heading, without their backticks. */
const namesUnder = (heading: string) =>
  readTable(doc, heading).map(([name = '']) => name.replaceAll('`', ''));

const sectionOf = (heading: string) => doc.split(`### ${heading}\n`)[1]?.split(/^##/m, 1)[0] ?? '';

describe('docs/errors.md', () => {
  it.each([...members, 'Members added later'])(
    'says when, what to show and what to do: %s',
    (heading) => {
      expect(sectionOf(heading).match(/(?<=^- \*\*)\w+(?=\*\*: \S)/gm)).toEqual([
        'When',
        'Show',
        'Do',
      ]);
    },
  );

  it('has every reason, under the member that has it', () => {
    const notEligible = namesUnder('ResendDvEmailsOrderNotEligibleError');
    const upstream = namesUnder('ResendDvEmailsUpstreamError');

    expect([...notEligible, ...upstream].sort()).toEqual(
      valuesOf('ResendDvEmailsErrorReason').sort(),
    );
    expect(notEligible).toHaveLength(4);
  });

  it('has every scope', () => {
    expect(namesUnder('ResendDvEmailsRateLimitedError').sort()).toEqual(
      valuesOf('ResendDvEmailsRateLimitScope').sort(),
    );
  });

  it('knows which failures upstream are worth another try', () => {
    for (const [reason = '', , , retryable] of readTable(doc, 'ResendDvEmailsUpstreamError')) {
      const outcome = {
        kind: 'upstream-failed',
        reason: reason.replaceAll('`', '') as UpstreamFailure,
        emailsMayHaveBeenSent: false,
        diagnostics: {},
      } as const;
      expect([reason, retryable]).toEqual([reason, isRetryable(outcome) ? 'yes' : 'no']);
    }
  });

  it('has every code of a top-level error, and no other', () => {
    // A code is a value of `code`, is given to a CodedError, or looks like one.
    const codes = SOURCES.flatMap(
      (source) =>
        source.match(/(?<=code: '|CodedError\(\s*')[A-Z_]+(?=')|(?<=')[A-Z]+(?:_[A-Z]+)+(?=')/g) ??
        [],
    );
    const enumValues = [
      'ResendDvEmailsErrorReason',
      'ResendDvEmailsRateLimitScope',
      'CertificateOrderResendOutcome',
    ].flatMap(valuesOf);
    const expected = new Set(
      [...codes, ...APOLLO_CODES].filter((code) => !enumValues.includes(code)),
    );

    const [, topLevel = ''] = doc.split('## Top-level errors\n');
    const listed = readRows(topLevel).flatMap(
      ([cell = '']) => /^`([A-Z_]+)`$/.exec(cell)?.[1] ?? [],
    );

    expect(expected.size).toBeGreaterThan(25);
    expect([...new Set(listed)].sort()).toEqual([...expected].sort());
  });

  it.each([
    'clients/go/result.go',
    'clients/resend.mjs',
    'clients/resend.py',
    'clients/resend.sh',
    'snippets/notice.ts',
    'web/src/resend/failure.ts',
  ])('says with which codes nothing was sent, and the example does so too: %s', (name) => {
    // Another table in the section has two columns: the codes of limits.
    const faults = readTable(doc, 'Faults in the request')
      .filter((row) => row.length === 4)
      .map(([code = '']) => code.replaceAll('`', ''));
    const expected = ['UNAUTHENTICATED', 'FORBIDDEN', 'SERVICE_UNAVAILABLE', ...faults].filter(
      (code) => code !== 'REQUEST_TIMEOUT',
    );
    const example = readFileSync(join(ROOT, 'docs', 'examples', name), 'utf8');
    const named = example.match(/\b[A-Z]+(?:_[A-Z]+)+\b|FORBIDDEN|UNAUTHENTICATED/g) ?? [];

    expect(expected).toHaveLength(18);
    expect(named).toEqual(expect.arrayContaining(expected));
    expect(named).not.toContain('REQUEST_TIMEOUT');
    expect(named).not.toContain('INTERNAL_SERVER_ERROR');
  });
});
