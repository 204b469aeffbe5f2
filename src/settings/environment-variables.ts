// Every setting, declared once: its environment variable, what it means, how it is parsed, and its default.
import { parseNoProxy, parseProxy } from '../egress/proxy';
import { parseManifest } from '../graphql/guards/persisted-documents';
import { parseSecureUrl } from '../lib/secure-url';
import { parseRedisUrl } from '../limits/redis-url';
import { AUDITED_ADDRESSES } from '../telemetry/audit';
import { LOG_LEVELS } from '../telemetry/log';
import {
  fromFile,
  integerBetween,
  oneOf,
  parseApiKey,
  parseBaseUrl,
  parseDnsServers,
  parseHashKey,
  parseHost,
  parseHttpUrl,
  parseName,
  parseOrigins,
  parsePort,
  parseProxies,
  parseRouterSecrets,
  parseScopeClaims,
  parseSwitch,
  parseWindows,
  readTextFile,
} from './parsers';

const milliseconds = (lowest: number, highest: number) =>
  integerBetween(lowest, highest, 'milliseconds');

export interface Variable<Value = unknown> {
  /** Also read by its name in lower case, which wins, as other programs do. */
  readonly inLowerCase?: true;
  readonly parse: (text: string) => Value;
  /** As in the environment; `''`, which no variable can hold, is the empty list. Absent: the setting has no value. */
  readonly default?: string;
  /** In place of `default` where `NODE_ENV` is production. */
  readonly production?: string;
}

/** In the order in which problems are reported. */
export const VARIABLES = {
  /** `production` refuses the simulator and changes some defaults. */
  NODE_ENV: { parse: oneOf(['development', 'test', 'production']), default: 'development' },
  /** Address to listen on. `::` is every one, of IPv4 too. */
  HOST: { parse: parseHost, default: '127.0.0.1' },
  /** TCP port to listen on, 0 for a free one. */
  PORT: { parse: parsePort, default: '4000' },
  /** None, and no file: the built-in simulator. */
  DIGICERT_API_KEY: { parse: parseApiKey },
  /** Where the key is, and where another one may be put. */
  DIGICERT_API_KEY_FILE: { parse: fromFile(parseApiKey) },
  /** Europe's is https://certcentral.digicert.eu/services/v2. */
  DIGICERT_BASE_URL: { parse: parseBaseUrl, default: 'https://www.digicert.com/services/v2' },
  /** For a whole mutation, diagnosis included. */
  DIGICERT_TIMEOUT_MS: { parse: milliseconds(100, 120_000), default: '10000' },
  /** What DigiCert allows the key. */
  DIGICERT_QUOTA: { parse: parseWindows, default: '100/5s,1000/180s' },
  /** How long a call may wait for room in it. */
  DIGICERT_QUOTA_WAIT_MS: { parse: milliseconds(0, 120_000), default: '2000' },
  /** Requests to DigiCert at a time. */
  DIGICERT_CONCURRENCY: { parse: integerBetween(1, 10_000, 'a number'), default: '100' },
  /** For which DigiCert is not called once it fails. */
  DIGICERT_BREAKER_SECONDS: { parse: integerBetween(0, 3_600, 'seconds'), default: '10' },
  /** Whether an address at a parent of its domain gets the `email_domain` it lacks: `derive`, or only a given one. */
  DIGICERT_EMAIL_DOMAIN: { parse: oneOf(['derive', 'given']), default: 'derive' },
  /** For https: DigiCert, the identity provider, a collector. None: no proxy. */
  HTTPS_PROXY: { parse: parseProxy, inLowerCase: true },
  /** For http. */
  HTTP_PROXY: { parse: parseProxy, inLowerCase: true },
  /** What is reached without them. */
  NO_PROXY: { parse: parseNoProxy, default: '', inLowerCase: true },
  /** For MX and TXT records of approvers' domains. None: the system's. */
  DNS_SERVERS: { parse: parseDnsServers, default: '' },
  /** For which a recipient of an order is not mailed again. 0: none. */
  RESEND_COOLDOWN_SECONDS: { parse: integerBetween(0, 86_400, 'seconds'), default: '60' },
  /** For which the last attempt to resend is remembered. 0: only for the cool-down. */
  LAST_RESEND_DAYS: { parse: integerBetween(0, 365, 'days'), default: '7' },
  /** Resends and reads of one caller. */
  CALLER_QUOTA: { parse: parseWindows, default: '60/60s' },
  /** Addresses and networks whose `X-Forwarded-For` is believed. */
  TRUSTED_PROXIES: { parse: parseProxies, default: '' },
  /** Where gateways count together. None: each counts for itself. */
  REDIS_URL: { parse: parseRedisUrl },
  REDIS_URL_FILE: { parse: fromFile(parseRedisUrl) },
  /** For a command. */
  REDIS_TIMEOUT_MS: { parse: milliseconds(10, 10_000), default: '250' },
  /** Share of each limit that a gateway uses alone while Redis does not answer. */
  REDIS_FALLBACK_PERCENT: { parse: integerBetween(1, 100, 'a percentage'), default: '25' },
  /** Says that every caller is accepted. */
  AUTH: { parse: oneOf(['none']) },
  /** The identity provider, as its tokens name it. Set: every request shows an access token. */
  AUTH_ISSUER: { parse: parseName },
  AUTH_AUDIENCE: { parse: parseName },
  /** Its public keys. None: where its discovery document says. */
  AUTH_JWKS_URL: { parse: (text) => parseSecureUrl(text).href },
  /** Claims that hold scopes, by name or by path. */
  AUTH_SCOPE_CLAIMS: { parse: parseScopeClaims, default: 'scope,scp' },
  /** Taken off the scopes that have it. */
  AUTH_SCOPE_PREFIX: { parse: parseName },
  /** Set: every request shows one of them. */
  ROUTER_SECRET: { parse: parseRouterSecrets },
  ROUTER_SECRET_FILE: { parse: fromFile(parseRouterSecrets) },
  /** How addresses are logged in the audit trail. */
  AUDIT_ADDRESSES: { parse: oneOf(AUDITED_ADDRESSES), default: 'hashed' },
  /** Keys those hashes. None: one is made at start. */
  AUDIT_HASH_KEY: { parse: parseHashKey },
  AUDIT_HASH_KEY_FILE: { parse: fromFile(parseHashKey) },
  /** What a browser gets at `/`. */
  EXPLORER: { parse: oneOf(['sandbox', 'graphiql', 'off']), default: 'sandbox', production: 'off' },
  /** Whether the schema can be introspected, and errors suggest its names. */
  INTROSPECTION: { parse: parseSwitch, default: 'on', production: 'off' },
  /** Origins whose pages may call. */
  CORS_ORIGINS: {
    parse: parseOrigins,
    default: 'https://studio.apollographql.com',
    production: '',
  },
  /** Of a request. */
  MAX_BODY_BYTES: { parse: integerBetween(1_000, 10_000_000, 'bytes'), default: '100000' },
  /** Root fields of one mutation, each a round of emails. */
  MAX_MUTATION_FIELDS: { parse: integerBetween(1, 100, 'a number'), default: '10' },
  /** In which a request must have arrived whole. */
  REQUEST_TIMEOUT_MS: { parse: milliseconds(100, 120_000), default: '10000' },
  /**
   * After which an idle connection is closed: longer than a load balancer keeps one, so that none is closed while a
   * request is sent on it. Google's keep theirs for 600 s.
   */
  KEEP_ALIVE_TIMEOUT_MS: { parse: milliseconds(1_000, 7_200_000), default: '620000' },
  /** The manifest of the only documents that are run. None: any document is. */
  PERSISTED_DOCUMENTS: { parse: readManifest },
  /** Between being not ready and taking nothing new: a load balancer that looks every second or two notices. */
  SHUTDOWN_DELAY_MS: { parse: milliseconds(0, 120_000), default: '0', production: '5000' },
  /** After which what is in flight is answered with what is known. */
  SHUTDOWN_TIMEOUT_MS: { parse: milliseconds(100, 600_000), default: '30000' },
  LOG_LEVEL: { parse: oneOf(LOG_LEVELS), default: 'info' },
  /** TCP port of `/metrics`, 0 for a free one. None: nothing is measured. */
  METRICS_PORT: { parse: parsePort },
  /** OpenTelemetry reads it too. None: there are no traces. */
  OTEL_EXPORTER_OTLP_ENDPOINT: { parse: parseHttpUrl },
} satisfies Readonly<Record<string, Variable>>;

type ValueOf<Declared extends Variable> =
  | ReturnType<Declared['parse']>
  | (Declared extends { readonly default: string } ? never : undefined);

export type Values = {
  readonly [Name in keyof typeof VARIABLES]: ValueOf<(typeof VARIABLES)[Name]>;
};

function readManifest(path: string) {
  const text = readTextFile(path);
  try {
    return parseManifest(text);
  } catch (error) {
    throw new Error(`is ${JSON.stringify(path)}, which ${(error as Error).message}.`);
  }
}
