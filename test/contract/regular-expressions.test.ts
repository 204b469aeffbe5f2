// No text takes long to be matched: every regular expression of ours is linear, and so is what long texts pass through.
import { spawnSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseSync } from '@swc/core';
import { GraphQLError } from 'graphql';
import { parseDnsName } from '../../src/domain/dns-name';
import { parseEmailAddress } from '../../src/domain/email-address';
import { parseManifest } from '../../src/graphql/guards/persisted-documents';
import { createErrorMask } from '../../src/graphql/mask-error';
import { createLog } from '../../src/telemetry/log';

const SOURCES = join(__dirname, '..', '..', 'src');

interface Literal {
  readonly pattern: string;
  readonly flags: string;
}

function collectLiterals(file: string): Literal[] {
  const found: Literal[] = [];
  const text = readFileSync(join(SOURCES, file), 'utf8');
  JSON.stringify(parseSync(text, { syntax: 'typescript', decorators: true }), (_key, node) => {
    if (node?.type === 'RegExpLiteral') {
      found.push({ pattern: node.pattern, flags: node.flags });
    }
    return node;
  });
  return found;
}

const files = readdirSync(SOURCES, { recursive: true, encoding: 'utf8' }).filter((name) =>
  name.endsWith('.ts'),
);

describe('the regular expressions of src', () => {
  it('are linear', () => {
    const literals = files.flatMap(collectLiterals);
    const checker = join(__dirname, '..', 'support', 'check-regular-expressions.cjs');

    const { stdout } = spawnSync(process.execPath, [checker], { input: JSON.stringify(literals) });

    expect(JSON.parse(String(stdout))).toEqual(
      literals.map(({ pattern }) => ({
        pattern,
        status: 'safe',
        complexity: expect.stringMatching(/^(?:safe|linear)$/),
      })),
    );
  }, 120_000);

  it('are all literals, so that none goes unchecked', () => {
    const made = files.filter((file) =>
      /\bRegExp\(/.test(readFileSync(join(SOURCES, file), 'utf8')),
    );
    expect(made).toEqual([]);
  });
});

/** The least processor time of some runs, in milliseconds: other tests run at the same time. */
function measure(run: () => void): number {
  const times = Array.from({ length: 5 }, () => {
    const start = process.cpuUsage();
    run();
    const { user, system } = process.cpuUsage(start);
    return (user + system) / 1_000;
  });
  return Math.min(...times);
}

const log = createLog('error', { write: () => {} });
const masks = [true, false].map((suggestions) => createErrorMask(log, suggestions));
const manifest = parseManifest(
  JSON.stringify({ format: 'apollo-persisted-query-manifest', version: 1, operations: [] }),
);

const format = (message: string) => {
  const error = new GraphQLError(message, { extensions: { code: 'BAD_USER_INPUT' } });
  for (const mask of masks) {
    mask.format(error.toJSON(), error);
  }
};

describe('a text twice as long takes about twice the time', () => {
  const LENGTH = 50_000;

  it.each<[string, string, (text: string) => void]>([
    ['a message with many suggestions', ' Did you mean ', format],
    ['a message with many questions', ' Did you mean a?', format],
    ['a document to be looked up', '{a}#\n', (text) => void manifest.includes(text)],
    ['a document of quotes', '"', (text) => void manifest.includes(text)],
    ['a name', 'a-', (text) => void parseDnsName(text)],
    ['an address', 'a.', (text) => void parseEmailAddress(`${text}@example.com`)],
    ['a log line', '"authorization', (text) => log.error({ event: 'request.failed', text })],
    ['an error in the log', 'Error: x\n', (text) => log.error({ err: new Error(text) })],
  ])('%s', (_name, unit, run) => {
    const toText = (length: number) => unit.repeat(length / unit.length);
    run(toText(LENGTH));

    const single = measure(() => run(toText(LENGTH)));
    const fourfold = measure(() => run(toText(4 * LENGTH)));

    // What is quadratic takes 16 times as long; a few milliseconds are no measure on a busy machine.
    expect(fourfold).toBeLessThan(8 * single + 20);
  });
});
