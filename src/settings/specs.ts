// Every setting by its name: how it is parsed, and what it is when it is not set.
import { makeExactValidator, makeValidator } from 'envalid';
import { DIGICERT_QUOTA } from '../domain/rolling-window';
import { type PersistedDocuments, parseManifest } from '../graphql/guards/persisted-documents';
import { AUDITED_ADDRESSES, type AuditedAddresses } from '../telemetry/audit';
import { LOG_LEVELS, type LogLevel } from '../telemetry/log';
import {
  parseHashKey,
  parseName,
  parseProxies,
  parseRedisUrl,
  parseRouterSecrets,
  parseWindows,
} from './limit-parsers';
import {
  fromFile,
  integerBetween,
  oneOf,
  parseApiKey,
  parseBaseUrl,
  parseHost,
  parseHttpUrl,
  parseOrigins,
  parsePort,
  parseSecureUrl,
  parseSwitch,
  readTextFile,
} from './parsers';

export const EXPLORERS = ['sandbox', 'graphiql', 'off'] as const;

export type Explorer = (typeof EXPLORERS)[number];

const nodeEnv = makeValidator(oneOf(['development', 'test', 'production']));
const host = makeValidator(parseHost);
const port = makeValidator(parsePort);
const timeoutMs = makeValidator(integerBetween(100, 120_000, 'milliseconds'));
const apiKey = makeValidator(parseApiKey);
const apiKeyFile = makeValidator(fromFile(parseApiKey));
const baseUrl = makeValidator(parseBaseUrl);
const windows = makeExactValidator(parseWindows);
const waitMs = makeValidator(integerBetween(0, 120_000, 'milliseconds'));
const cooldownSeconds = makeValidator(integerBetween(0, 86_400, 'seconds'));
const proxies = makeExactValidator(parseProxies);
const concurrency = makeValidator(integerBetween(1, 10_000, 'a number'));
const breakerSeconds = makeValidator(integerBetween(0, 3_600, 'seconds'));
const redisUrl = makeValidator(parseRedisUrl);
const redisUrlFile = makeValidator(fromFile(parseRedisUrl));
const redisTimeoutMs = makeValidator(integerBetween(10, 10_000, 'milliseconds'));
const percent = makeValidator(integerBetween(1, 100, 'a percentage'));
const auth = makeValidator(oneOf(['none']));
const jwksUrl = makeValidator((text: string) => parseSecureUrl(text).href);
const name = makeValidator(parseName);
const routerSecrets = makeExactValidator(parseRouterSecrets);
const routerSecretsFile = makeExactValidator(fromFile(parseRouterSecrets));
const auditedAddresses = makeValidator<AuditedAddresses>(oneOf(AUDITED_ADDRESSES));
const hashKey = makeValidator(parseHashKey);
const hashKeyFile = makeValidator(fromFile(parseHashKey));
const explorer = makeValidator<Explorer>(oneOf(EXPLORERS));
const onOrOff = makeExactValidator(parseSwitch);
const origins = makeExactValidator(parseOrigins);
const bodyBytes = makeValidator(integerBetween(1_000, 10_000_000, 'bytes'));
const fieldCount = makeValidator(integerBetween(1, 100, 'a number'));
const manifest = makeExactValidator(readManifest);
const stopTimeoutMs = makeValidator(integerBetween(100, 600_000, 'milliseconds'));
const otlpEndpoint = makeValidator(parseHttpUrl);
const logLevel = makeValidator<LogLevel>(oneOf(LOG_LEVELS));

export const SPECS = {
  NODE_ENV: nodeEnv({ default: 'development' }),
  HOST: host({ default: '127.0.0.1' }),
  PORT: port({ default: 4000 }),
  DIGICERT_API_KEY: apiKey({ default: undefined }),
  DIGICERT_API_KEY_FILE: apiKeyFile({ default: undefined }),
  DIGICERT_BASE_URL: baseUrl({ default: undefined }),
  DIGICERT_TIMEOUT_MS: timeoutMs({ default: 10_000 }),
  DIGICERT_QUOTA: windows({ default: DIGICERT_QUOTA }),
  DIGICERT_QUOTA_WAIT_MS: waitMs({ default: 2_000 }),
  DIGICERT_CONCURRENCY: concurrency({ default: 100 }),
  DIGICERT_BREAKER_SECONDS: breakerSeconds({ default: 10 }),
  RESEND_COOLDOWN_SECONDS: cooldownSeconds({ default: 60 }),
  CALLER_QUOTA: windows({ default: [{ limit: 60, windowMs: 60_000 }] }),
  TRUSTED_PROXIES: proxies({ default: [] }),
  REDIS_URL: redisUrl({ default: undefined }),
  REDIS_URL_FILE: redisUrlFile({ default: undefined }),
  REDIS_TIMEOUT_MS: redisTimeoutMs({ default: 250 }),
  REDIS_FALLBACK_PERCENT: percent({ default: 25 }),
  AUTH: auth({ default: undefined }),
  AUTH_JWKS_URL: jwksUrl({ default: undefined }),
  AUTH_ISSUER: name({ default: undefined }),
  AUTH_AUDIENCE: name({ default: undefined }),
  ROUTER_SECRET: routerSecrets({ default: undefined }),
  ROUTER_SECRET_FILE: routerSecretsFile({ default: undefined }),
  AUDIT_ADDRESSES: auditedAddresses({ default: 'hashed' }),
  AUDIT_HASH_KEY: hashKey({ default: undefined }),
  AUDIT_HASH_KEY_FILE: hashKeyFile({ default: undefined }),
  EXPLORER: explorer({ default: undefined }),
  INTROSPECTION: onOrOff({ default: undefined }),
  CORS_ORIGINS: origins({ default: undefined }),
  MAX_BODY_BYTES: bodyBytes({ default: 100_000 }),
  MAX_MUTATION_FIELDS: fieldCount({ default: 10 }),
  REQUEST_TIMEOUT_MS: timeoutMs({ default: 10_000 }),
  INLINE_TRACE: onOrOff({ default: false }),
  PERSISTED_DOCUMENTS: manifest({ default: undefined }),
  SHUTDOWN_DELAY_MS: waitMs({ default: undefined }),
  SHUTDOWN_TIMEOUT_MS: stopTimeoutMs({ default: 30_000 }),
  LOG_LEVEL: logLevel({ default: 'info' }),
  METRICS_PORT: port({ default: undefined }),
  OTEL_EXPORTER_OTLP_ENDPOINT: otlpEndpoint({ default: undefined }),
};

/** Settings that can be given as they are, or as a file that holds them. */
export const FILE_TWINS = [
  ['DIGICERT_API_KEY', 'DIGICERT_API_KEY_FILE'],
  ['REDIS_URL', 'REDIS_URL_FILE'],
  ['ROUTER_SECRET', 'ROUTER_SECRET_FILE'],
  ['AUDIT_HASH_KEY', 'AUDIT_HASH_KEY_FILE'],
] as const;

function readManifest(path: string): PersistedDocuments {
  const text = readTextFile(path);
  try {
    return parseManifest(text);
  } catch (error) {
    throw new Error(`is ${JSON.stringify(path)}, which ${(error as Error).message}.`);
  }
}
