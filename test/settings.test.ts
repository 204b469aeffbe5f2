import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseSettings } from '../src/settings/settings';

const DEFAULTS = {
  host: '127.0.0.1',
  port: 4000,
  upstream: { kind: 'simulator' },
  digicertTimeoutMs: 10_000,
  explorer: 'sandbox',
  introspection: true,
  corsOrigins: ['https://studio.apollographql.com'],
  maxBodyBytes: 100_000,
  maxMutationFields: 10,
  requestTimeoutMs: 10_000,
  inlineTrace: false,
  persistedDocuments: undefined,
  logLevel: 'info',
};

const folder = mkdtempSync(join(tmpdir(), 'settings-'));
afterAll(() => rmSync(folder, { recursive: true }));

function fileOf(content: string): string {
  const path = join(folder, `file-${Math.random()}`);
  writeFileSync(path, content);
  return path;
}

describe('settings', () => {
  it('need nothing to be set', () => {
    expect(parseSettings({})).toEqual({ ok: true, settings: DEFAULTS });
  });

  it('take an empty variable for one that is not set', () => {
    const environment = { PORT: '', DIGICERT_API_KEY: ' ', DIGICERT_BASE_URL: '', HOST: '\t' };
    expect(parseSettings(environment)).toEqual({ ok: true, settings: DEFAULTS });
  });

  it('are all read', () => {
    expect(
      parseSettings({
        NODE_ENV: 'production',
        HOST: '::',
        PORT: '0',
        DIGICERT_API_KEY: 'abc-123',
        DIGICERT_BASE_URL: 'https://certcentral.digicert.eu/services/v2//',
        DIGICERT_TIMEOUT_MS: '2500',
        EXPLORER: 'sandbox',
        INTROSPECTION: 'on',
        CORS_ORIGINS: 'https://app.example.com, http://localhost:5173',
        MAX_BODY_BYTES: '5000',
        MAX_MUTATION_FIELDS: '3',
        REQUEST_TIMEOUT_MS: '300',
        INLINE_TRACE: 'on',
        PERSISTED_DOCUMENTS: join(__dirname, '..', 'schema', 'persisted-documents.json'),
        LOG_LEVEL: 'debug',
      }),
    ).toEqual({
      ok: true,
      settings: {
        host: '::',
        port: 0,
        upstream: {
          kind: 'digicert',
          baseUrl: 'https://certcentral.digicert.eu/services/v2',
          apiKey: 'abc-123',
        },
        digicertTimeoutMs: 2500,
        explorer: 'sandbox',
        introspection: true,
        corsOrigins: ['https://app.example.com', 'http://localhost:5173'],
        maxBodyBytes: 5000,
        maxMutationFields: 3,
        requestTimeoutMs: 300,
        inlineTrace: true,
        persistedDocuments: {
          findByHash: expect.any(Function),
          includes: expect.any(Function),
        },
        logLevel: 'debug',
      },
    });
  });

  it('close in production what helps only in development', () => {
    expect(parseSettings({ NODE_ENV: 'production', DIGICERT_API_KEY: 'k' })).toMatchObject({
      settings: { explorer: 'off', introspection: false, corsOrigins: [] },
    });
  });

  it('send a key to the US base by default, and read it from a file without its line end', () => {
    expect(parseSettings({ DIGICERT_API_KEY_FILE: fileOf('abc-123\n') })).toMatchObject({
      settings: {
        upstream: {
          kind: 'digicert',
          baseUrl: 'https://www.digicert.com/services/v2',
          apiKey: 'abc-123',
        },
      },
    });
  });

  it.each(['http://localhost:4010/x', 'http://127.0.0.1:4010', 'http://[::1]:4010/services/v2'])(
    'allow plain http to this machine: %s',
    (url) => {
      expect(parseSettings({ DIGICERT_API_KEY: 'k', DIGICERT_BASE_URL: url })).toMatchObject({
        settings: { upstream: { baseUrl: url } },
      });
    },
  );

  it.each<[string, Record<string, string>, readonly string[]]>([
    ['PORT', { PORT: '70000' }, ['PORT is "70000": give a port number from 0 to 65535.']],
    ['PORT', { PORT: '4e3' }, ['PORT is "4e3": give a port number from 0 to 65535.']],
    ['PORT', { PORT: '-1' }, ['PORT is "-1": give a port number from 0 to 65535.']],
    ['HOST', { HOST: 'my host' }, ['HOST is "my host": give an IP address or a host name.']],
    [
      'DIGICERT_TIMEOUT_MS',
      { DIGICERT_TIMEOUT_MS: '99' },
      ['DIGICERT_TIMEOUT_MS is "99": give milliseconds from 100 to 120000.'],
    ],
    [
      'LOG_LEVEL',
      { LOG_LEVEL: 'loud' },
      ['LOG_LEVEL is "loud": give one of trace, debug, info, warn, error, fatal, silent.'],
    ],
    [
      'a base URL in plain http',
      { DIGICERT_API_KEY: 'k', DIGICERT_BASE_URL: 'http://www.digicert.com' },
      [
        'DIGICERT_BASE_URL begins with http://www.digicert.com: the API key travels over https only, or over http to this machine.',
      ],
    ],
    [
      'a base URL that only looks like this machine',
      { DIGICERT_API_KEY: 'k', DIGICERT_BASE_URL: 'http://127.0.0.1.example.com' },
      [
        'DIGICERT_BASE_URL begins with http://127.0.0.1.example.com: the API key travels over https only, or over http to this machine.',
      ],
    ],
    [
      'no URL',
      { DIGICERT_API_KEY: 'k', DIGICERT_BASE_URL: 'digicert' },
      ['DIGICERT_BASE_URL is no URL: give one such as https://www.digicert.com/services/v2.'],
    ],
    [
      'a base URL without a key',
      { DIGICERT_BASE_URL: 'https://www.digicert.com/services/v2' },
      ['DIGICERT_BASE_URL is set without a key: give DIGICERT_API_KEY or DIGICERT_API_KEY_FILE.'],
    ],
    [
      'no key in production',
      { NODE_ENV: 'production' },
      [
        'DIGICERT_API_KEY is not set: production never falls back to the simulator. Give it or DIGICERT_API_KEY_FILE.',
      ],
    ],
    [
      'NODE_ENV',
      { NODE_ENV: 'prod' },
      ['NODE_ENV is "prod": give one of development, test, production.'],
    ],
    [
      'EXPLORER',
      { EXPLORER: 'playground' },
      ['EXPLORER is "playground": give one of sandbox, off.'],
    ],
    ['INTROSPECTION', { INTROSPECTION: 'true' }, ['INTROSPECTION is "true": give one of on, off.']],
    ...['*', 'https://app.example.com/', 'app.example.com', 'https://a.example,', 'null'].map(
      (origins): [string, Record<string, string>, readonly string[]] => [
        `CORS_ORIGINS of ${origins}`,
        { CORS_ORIGINS: origins },
        [
          `CORS_ORIGINS has ${JSON.stringify(origins.split(',').at(-1))}: give origins such as https://app.example.com, comma-separated.`,
        ],
      ],
    ),
    [
      'a manifest that is not there',
      { PERSISTED_DOCUMENTS: '/nonexistent' },
      ['PERSISTED_DOCUMENTS names a file that cannot be read (ENOENT).'],
    ],
    ...[
      ['{', 'is not JSON'],
      ['null', 'is no manifest of the format apollo-persisted-query-manifest, version 1'],
      [
        '{"format":"apollo-persisted-query-manifest","version":1,"operations":[null]}',
        'has an operation whose id is no text, or whose body is no document',
      ],
    ].map(([content = '', complaint]): [string, Record<string, string>, readonly string[]] => {
      const path = fileOf(content);
      return [
        `a manifest of ${content}`,
        { PERSISTED_DOCUMENTS: path },
        [`PERSISTED_DOCUMENTS is ${JSON.stringify(path)}, which ${complaint}.`],
      ];
    }),
    [
      'a key file that is not there',
      { DIGICERT_API_KEY_FILE: '/nonexistent/key' },
      ['DIGICERT_API_KEY_FILE names a file that cannot be read (ENOENT).'],
    ],
    [
      'a key file that is a folder',
      { DIGICERT_API_KEY_FILE: folder },
      ['DIGICERT_API_KEY_FILE names a file that cannot be read (EISDIR).'],
    ],
  ])('explain what is wrong with %s', (_name, environment, problems) => {
    expect(parseSettings(environment)).toEqual({ ok: false, problems });
  });

  it('report all problems together', () => {
    const parsed = parseSettings({
      NODE_ENV: 'production',
      PORT: 'x',
      LOG_LEVEL: 'x',
      DIGICERT_TIMEOUT_MS: 'x',
      DIGICERT_BASE_URL: 'x',
    });
    expect(parsed.ok ? [] : parsed.problems.map((problem) => problem.split(' ')[0])).toEqual([
      'PORT',
      'DIGICERT_BASE_URL',
      'DIGICERT_TIMEOUT_MS',
      'LOG_LEVEL',
      'DIGICERT_API_KEY',
      'DIGICERT_BASE_URL',
    ]);
  });

  it.each<[string, Record<string, string>]>([
    ['a key with a space', { DIGICERT_API_KEY: 'hunter2 hunter2' }],
    ['a key with a line break', { DIGICERT_API_KEY: 'hunter2\r\nX-Evil: 1' }],
    ['a key outside ASCII', { DIGICERT_API_KEY: 'hunter2é' }],
    ['a key without end', { DIGICERT_API_KEY: 'hunter2'.repeat(100) }],
    ['an empty key file', { DIGICERT_API_KEY_FILE: fileOf('') }],
    ['a file of two keys', { DIGICERT_API_KEY_FILE: fileOf('hunter2\nhunter2\n') }],
    ['a key in place of a file', { DIGICERT_API_KEY_FILE: 'hunter2' }],
    ['two keys', { DIGICERT_API_KEY: 'hunter2', DIGICERT_API_KEY_FILE: fileOf('hunter2') }],
    [
      'a base URL with a password',
      { DIGICERT_API_KEY: 'k', DIGICERT_BASE_URL: 'https://user:hunter2@digicert.example' },
    ],
    [
      'a base URL with a user',
      { DIGICERT_API_KEY: 'k', DIGICERT_BASE_URL: 'https://hunter2@digicert.example' },
    ],
    [
      'a base URL with a fragment',
      { DIGICERT_API_KEY: 'k', DIGICERT_BASE_URL: 'https://digicert.example/#hunter2' },
    ],
    ['a base URL of another scheme', { DIGICERT_API_KEY: 'k', DIGICERT_BASE_URL: 'abc:hunter2' }],
    [
      'a base URL in plain http with a telling path',
      { DIGICERT_API_KEY: 'k', DIGICERT_BASE_URL: 'http://digicert.example/hunter2' },
    ],
    [
      'a base URL with a query',
      { DIGICERT_API_KEY: 'k', DIGICERT_BASE_URL: 'https://digicert.example/?key=hunter2' },
    ],
  ])('refuse %s without repeating the secret', (_name, environment) => {
    const parsed = parseSettings(environment);
    expect(parsed).toEqual({
      ok: false,
      problems: [expect.stringMatching(/^DIGICERT_(?:API_KEY|BASE_URL)/)],
    });
    expect(JSON.stringify(parsed)).not.toContain('hunter2');
  });
});
