import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseRedisUrl } from '../../src/limits/redis-url';
import { parseSettings } from '../../src/settings/settings';

const DEFAULTS = {
  host: '127.0.0.1',
  port: 4000,
  upstream: { kind: 'simulator' },
  digicertTimeoutMs: 10_000,
  addEmailDomain: true,
  dnsServers: [],
  transport: { concurrency: 100, breakerMs: 10_000, maxRetryWaitMs: 2_000 },
  limits: {
    digicertQuota: [
      { limit: 100, windowMs: 5_000 },
      { limit: 1_000, windowMs: 180_000 },
    ],
    quotaWaitMs: 2_000,
    attempts: { cooldownMs: 60_000, rememberMs: 604_800_000 },
    callerQuota: [{ limit: 60, windowMs: 60_000 }],
    redis: undefined,
  },
  auth: { tokens: undefined, routerSecrets: [] },
  audit: { addresses: 'hashed', hashKey: undefined },
  trustedProxies: [],
  explorer: 'sandbox',
  introspection: true,
  corsOrigins: ['https://studio.apollographql.com'],
  maxBodyBytes: 100_000,
  maxMutationFields: 10,
  requestTimeoutMs: 10_000,
  keepAliveTimeoutMs: 620_000,
  persistedDocuments: undefined,
  shutdown: { delayMs: 0, timeoutMs: 30_000 },
  logLevel: 'info',
  metricsPort: undefined,
  tracing: false,
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
        HOST: '::1',
        PORT: '0',
        DIGICERT_API_KEY: 'abc-123',
        DIGICERT_BASE_URL: 'https://certcentral.digicert.eu/services/v2//',
        DIGICERT_TIMEOUT_MS: '2500',
        DIGICERT_QUOTA: '10/1s, 600/1h',
        DIGICERT_QUOTA_WAIT_MS: '0',
        RESEND_COOLDOWN_SECONDS: '300',
        DIGICERT_EMAIL_DOMAIN: 'given',
        DNS_SERVERS: '192.0.2.53, 192.0.2.54:5353,2001:db8::53,[2001:db8::54]:65535',
        LAST_RESEND_DAYS: '10',
        CALLER_QUOTA: 'off',
        TRUSTED_PROXIES: '10.0.0.0/8, ::1',
        REDIS_URL_FILE: fileOf('rediss://:secret@redis.internal:6380/1\n'),
        REDIS_TIMEOUT_MS: '100',
        REDIS_FALLBACK_PERCENT: '50',
        AUTH_JWKS_URL: 'https://id.example.com/jwks.json?policy=x',
        AUTH_SCOPE_CLAIMS: 'permissions, scope',
        AUTH_SCOPE_PREFIX: 'dv/',
        AUTH_ISSUER: 'https://id.example.com/',
        AUTH_AUDIENCE: 'dv-email-gateway',
        ROUTER_SECRET_FILE: fileOf('the-new-router-secret\nthe-old-router-secret\n'),
        AUDIT_ADDRESSES: 'plain',
        AUDIT_HASH_KEY: 'a-key-for-the-hashes',
        EXPLORER: 'sandbox',
        INTROSPECTION: 'on',
        CORS_ORIGINS: 'https://app.example.com, http://localhost:5173',
        MAX_BODY_BYTES: '5000',
        MAX_MUTATION_FIELDS: '3',
        REQUEST_TIMEOUT_MS: '300',
        KEEP_ALIVE_TIMEOUT_MS: '75000',
        PERSISTED_DOCUMENTS: join(__dirname, '..', '..', 'schema', 'persisted-documents.json'),
        DIGICERT_CONCURRENCY: '20',
        DIGICERT_BREAKER_SECONDS: '0',
        SHUTDOWN_DELAY_MS: '10',
        SHUTDOWN_TIMEOUT_MS: '5000',
        LOG_LEVEL: 'debug',
        METRICS_PORT: '9464',
        OTEL_EXPORTER_OTLP_ENDPOINT: 'http://collector:4318',
      }),
    ).toEqual({
      ok: true,
      settings: {
        host: '::1',
        port: 0,
        upstream: {
          kind: 'digicert',
          baseUrl: 'https://certcentral.digicert.eu/services/v2',
          apiKey: 'abc-123',
          apiKeyFile: undefined,
        },
        digicertTimeoutMs: 2500,
        addEmailDomain: false,
        dnsServers: ['192.0.2.53', '192.0.2.54:5353', '2001:db8::53', '[2001:db8::54]:65535'],
        transport: { concurrency: 20, breakerMs: 0, maxRetryWaitMs: 0 },
        limits: {
          digicertQuota: [
            { limit: 10, windowMs: 1_000 },
            { limit: 600, windowMs: 3_600_000 },
          ],
          quotaWaitMs: 0,
          attempts: { cooldownMs: 300_000, rememberMs: 864_000_000 },
          callerQuota: [],
          redis: {
            target: parseRedisUrl('rediss://:secret@redis.internal:6380/1'),
            timeoutMs: 100,
            fallbackPercent: 50,
          },
        },
        auth: {
          tokens: {
            jwksUrl: 'https://id.example.com/jwks.json?policy=x',
            issuer: 'https://id.example.com/',
            audience: 'dv-email-gateway',
            scopeClaims: ['permissions', 'scope'],
            scopePrefix: 'dv/',
          },
          routerSecrets: ['the-new-router-secret', 'the-old-router-secret'],
        },
        audit: { addresses: 'plain', hashKey: 'a-key-for-the-hashes' },
        trustedProxies: ['10.0.0.0/8', '::1'],
        explorer: 'sandbox',
        introspection: true,
        corsOrigins: ['https://app.example.com', 'http://localhost:5173'],
        maxBodyBytes: 5000,
        maxMutationFields: 3,
        requestTimeoutMs: 300,
        keepAliveTimeoutMs: 75_000,
        persistedDocuments: {
          findByHash: expect.any(Function),
          includes: expect.any(Function),
        },
        shutdown: { delayMs: 10, timeoutMs: 5000 },
        logLevel: 'debug',
        metricsPort: 9464,
        tracing: true,
      },
    });
  });

  it('close in production what helps only in development', () => {
    expect(
      parseSettings({ NODE_ENV: 'production', DIGICERT_API_KEY: 'k', AUTH: 'none' }),
    ).toMatchObject({
      settings: {
        explorer: 'off',
        introspection: false,
        corsOrigins: [],
        shutdown: { delayMs: 5_000 },
      },
    });
  });

  it('have no explorer where it could not read the schema', () => {
    expect(parseSettings({ INTROSPECTION: 'off' })).toMatchObject({
      settings: { explorer: 'off', introspection: false },
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
    [
      'how DigiCert is spared',
      { DIGICERT_CONCURRENCY: '0', DIGICERT_BREAKER_SECONDS: '-1' },
      [
        'DIGICERT_CONCURRENCY is "0": give a number from 1 to 10000.',
        'DIGICERT_BREAKER_SECONDS is "-1": give seconds from 0 to 3600.',
      ],
    ],
    [
      'a Redis that could keep callers too long',
      { REDIS_URL: 'redis://127.0.0.1', REDIS_TIMEOUT_MS: '500', DIGICERT_TIMEOUT_MS: '1000' },
      [
        'REDIS_TIMEOUT_MS is more than a quarter of DIGICERT_TIMEOUT_MS (500 of 1000): a Redis that hangs would keep callers beyond their time.',
      ],
    ],
    [
      'shutdown',
      { SHUTDOWN_DELAY_MS: '120001', SHUTDOWN_TIMEOUT_MS: '0' },
      [
        'SHUTDOWN_DELAY_MS is "120001": give milliseconds from 0 to 120000.',
        'SHUTDOWN_TIMEOUT_MS is "0": give milliseconds from 100 to 600000.',
      ],
    ],
    [
      'where figures and traces go',
      { METRICS_PORT: '70000', OTEL_EXPORTER_OTLP_ENDPOINT: 'collector:4318' },
      [
        'METRICS_PORT is "70000": give a port number from 0 to 65535.',
        'OTEL_EXPORTER_OTLP_ENDPOINT is no URL: give one such as http://collector:4318.',
      ],
    ],
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
        'DIGICERT_BASE_URL begins with http://www.digicert.com: give https, or http to this machine alone.',
      ],
    ],
    [
      'a base URL that only looks like this machine',
      { DIGICERT_API_KEY: 'k', DIGICERT_BASE_URL: 'http://127.0.0.1.example.com' },
      [
        'DIGICERT_BASE_URL begins with http://127.0.0.1.example.com: give https, or http to this machine alone.',
      ],
    ],
    [
      'no URL',
      { DIGICERT_API_KEY: 'k', DIGICERT_BASE_URL: 'digicert' },
      ['DIGICERT_BASE_URL is no URL: give one that begins with https://.'],
    ],
    [
      'a base URL without a key',
      { DIGICERT_BASE_URL: 'https://www.digicert.com/services/v2' },
      ['DIGICERT_BASE_URL is set without a key: give DIGICERT_API_KEY or DIGICERT_API_KEY_FILE.'],
    ],
    [
      'no key in production',
      { NODE_ENV: 'production', AUTH: 'none' },
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
      ['EXPLORER is "playground": give one of sandbox, graphiql, off.'],
    ],
    ...[
      { EXPLORER: 'graphiql', INTROSPECTION: 'off' },
      { EXPLORER: 'sandbox', INTROSPECTION: 'off' },
      { EXPLORER: 'graphiql', NODE_ENV: 'production', AUTH: 'none', DIGICERT_API_KEY: 'k' },
    ].map((environment): [string, Record<string, string>, readonly string[]] => [
      `an explorer that cannot read the schema: ${JSON.stringify(environment)}`,
      environment,
      [
        `EXPLORER is ${environment.EXPLORER} and INTROSPECTION is off: an explorer reads the schema. Say INTROSPECTION=on, or EXPLORER=off.`,
      ],
    ]),
    ['INTROSPECTION', { INTROSPECTION: 'true' }, ['INTROSPECTION is "true": give one of on, off.']],
    ...[
      '*',
      'https://*.example.com',
      'https://app.example.com/',
      'app.example.com',
      'https://a.example,',
      'null',
    ].map((origins): [string, Record<string, string>, readonly string[]] => [
      `CORS_ORIGINS of ${origins}`,
      { CORS_ORIGINS: origins },
      [
        `CORS_ORIGINS has ${JSON.stringify(origins.split(',').at(-1))}: give origins such as https://app.example.com, comma-separated.`,
      ],
    ]),
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
    ...['5', '0/5s', '5/0s', '5/5d', '5/2h', '1e3/5s', '-1/5s', '5/5s,', 'none'].map(
      (quota): [string, Record<string, string>, readonly string[]] => [
        `a quota of ${quota}`,
        { CALLER_QUOTA: quota },
        [
          `CALLER_QUOTA has ${JSON.stringify(quota.split(',').at(-1))}: give a number per time such as 100/5s or 60/1m, an hour at most, several with commas, or off.`,
        ],
      ],
    ),
    [
      'a DNS server that is not one: dns.example.com',
      { DNS_SERVERS: '192.0.2.53,dns.example.com' },
      [
        'DNS_SERVERS has "dns.example.com": give IP addresses, with a port or without, such as 192.0.2.53, 192.0.2.53:5353 or [2001:db8::53]:5353, comma-separated.',
      ],
    ],
    [
      'a DNS server that is not one: 192.0.2.53:0',
      { DNS_SERVERS: '192.0.2.53,192.0.2.53:0' },
      [
        'DNS_SERVERS has "192.0.2.53:0": give IP addresses, with a port or without, such as 192.0.2.53, 192.0.2.53:5353 or [2001:db8::53]:5353, comma-separated.',
      ],
    ],
    [
      'a DNS server that is not one: 192.0.2.53:65536',
      { DNS_SERVERS: '192.0.2.53,192.0.2.53:65536' },
      [
        'DNS_SERVERS has "192.0.2.53:65536": give IP addresses, with a port or without, such as 192.0.2.53, 192.0.2.53:5353 or [2001:db8::53]:5353, comma-separated.',
      ],
    ],
    [
      'a DNS server that is not one: 192.0.2.53:',
      { DNS_SERVERS: '192.0.2.53,192.0.2.53:' },
      [
        'DNS_SERVERS has "192.0.2.53:": give IP addresses, with a port or without, such as 192.0.2.53, 192.0.2.53:5353 or [2001:db8::53]:5353, comma-separated.',
      ],
    ],
    [
      'a DNS server that is not one: 192.0.2',
      { DNS_SERVERS: '192.0.2.53,192.0.2' },
      [
        'DNS_SERVERS has "192.0.2": give IP addresses, with a port or without, such as 192.0.2.53, 192.0.2.53:5353 or [2001:db8::53]:5353, comma-separated.',
      ],
    ],
    [
      'a DNS server that is not one: [192.0.2.53]:53',
      { DNS_SERVERS: '192.0.2.53,[192.0.2.53]:53' },
      [
        'DNS_SERVERS has "[192.0.2.53]:53": give IP addresses, with a port or without, such as 192.0.2.53, 192.0.2.53:5353 or [2001:db8::53]:5353, comma-separated.',
      ],
    ],
    [
      'a DNS server that is not one: [2001:db8::53',
      { DNS_SERVERS: '192.0.2.53,[2001:db8::53' },
      [
        'DNS_SERVERS has "[2001:db8::53": give IP addresses, with a port or without, such as 192.0.2.53, 192.0.2.53:5353 or [2001:db8::53]:5353, comma-separated.',
      ],
    ],
    [
      'a DNS server that is not one: 2001:db8::zz',
      { DNS_SERVERS: '192.0.2.53,2001:db8::zz' },
      [
        'DNS_SERVERS has "2001:db8::zz": give IP addresses, with a port or without, such as 192.0.2.53, 192.0.2.53:5353 or [2001:db8::53]:5353, comma-separated.',
      ],
    ],
    [
      'a proxy by name',
      { TRUSTED_PROXIES: '10.0.0.0/8,proxy.example.com' },
      [
        'TRUSTED_PROXIES has "proxy.example.com": give IP addresses or networks such as 192.0.2.0/28, comma-separated.',
      ],
    ],
    [
      'a network of all addresses',
      { TRUSTED_PROXIES: '0.0.0.0/0' },
      [
        'TRUSTED_PROXIES has "0.0.0.0/0": give IP addresses or networks such as 192.0.2.0/28, comma-separated.',
      ],
    ],
    [
      'a Redis URL of another kind',
      { REDIS_URL: 'http://:hunter2@localhost' },
      [
        'REDIS_URL is not a Redis URL: give one such as rediss://:password@host:6379/0, rediss+cluster://:password@host1:6379,host2:6379, rediss+sentinel://:password@host1:26379,host2:26379/master.',
      ],
    ],
    [
      'a share of nothing',
      { REDIS_FALLBACK_PERCENT: '0' },
      ['REDIS_FALLBACK_PERCENT is "0": give a percentage from 1 to 100.'],
    ],
    [
      'no caller that is accepted, in production',
      { NODE_ENV: 'production', DIGICERT_API_KEY: 'k' },
      [
        'AUTH_ISSUER and ROUTER_SECRET are not set: production does not accept every caller. Set one of them, or AUTH=none.',
      ],
    ],
    ['AUTH', { AUTH: 'all' }, ['AUTH is "all": give one of none.']],
    [
      'AUTH=none beside a secret',
      { AUTH: 'none', ROUTER_SECRET: 'a-secret-of-the-router' },
      ['AUTH is none, and AUTH_ISSUER or ROUTER_SECRET is set: give one or the other.'],
    ],
    [
      'keys without an issuer and an audience',
      { AUTH_JWKS_URL: 'https://id.example.com/jwks.json' },
      [
        'AUTH_ISSUER is not set: AUTH_ISSUER and AUTH_AUDIENCE go together, and AUTH_JWKS_URL needs both.',
        'AUTH_AUDIENCE is not set: AUTH_ISSUER and AUTH_AUDIENCE go together, and AUTH_JWKS_URL needs both.',
      ],
    ],
    [
      'an audience without keys',
      { AUTH_AUDIENCE: 'gateway' },
      [
        'AUTH_ISSUER is not set: AUTH_ISSUER and AUTH_AUDIENCE go together, and AUTH_JWKS_URL needs both.',
      ],
    ],
    [
      'an issuer without a discovery document',
      { AUTH_ISSUER: 'urn:issuer', AUTH_AUDIENCE: 'gateway' },
      [
        'AUTH_ISSUER is no https URL, so there is no discovery document to read: give AUTH_JWKS_URL.',
      ],
    ],
    [
      'claims with a space',
      { AUTH_SCOPE_CLAIMS: 'scope scp' },
      [
        'AUTH_SCOPE_CLAIMS has "scope scp": give names or paths of claims such as scope or resource_access.dv.roles, comma-separated.',
      ],
    ],
    [
      'keys in plain http',
      {
        AUTH_JWKS_URL: 'http://id.example.com/jwks.json',
        AUTH_ISSUER: 'https://id.example.com',
        AUTH_AUDIENCE: 'gateway',
      },
      [
        'AUTH_JWKS_URL begins with http://id.example.com: give https, or http to this machine alone.',
      ],
    ],
    ...[
      'short',
      'three-secrets-there,are-too-many-of-them,third-one-is-here',
      'umlauts-äöü-umlauts-äöü',
    ].map((secret): [string, Record<string, string>, readonly string[]] => [
      `a router secret of ${secret}`,
      { ROUTER_SECRET: secret },
      [
        'ROUTER_SECRET does not hold a secret: give one, or two with a comma between, of 16 to 256 visible ASCII characters each.',
      ],
    ]),
    [
      'a hash key that is short',
      { AUDIT_HASH_KEY: 'hunter2' },
      ['AUDIT_HASH_KEY is too short: give at least 16 characters.'],
    ],
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
      'AUTH_ISSUER',
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
