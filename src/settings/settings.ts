// Settings: environment variables, checked once at start, all problems told together.
import { type CleanedEnv, cleanEnv } from 'envalid';
import type { AuthSettings } from '../auth/authenticate';
import type { TransportSettings } from '../digicert/client';
import type { PersistedDocuments } from '../graphql/guards/persisted-documents';
import type { LimitSettings } from '../limits/limits';
import type { AuditSettings } from '../telemetry/audit';
import type { LogLevel } from '../telemetry/log';
import { findContradictions } from './contradictions';
import { type Explorer, SPECS } from './specs';

export interface Settings {
  /** `HOST`: address to listen on. Default 127.0.0.1. */
  readonly host: string;
  /** `PORT`: TCP port to listen on, 0 for a free one. Default 4000. */
  readonly port: number;
  readonly upstream: UpstreamSettings;
  /** `DIGICERT_TIMEOUT_MS`: milliseconds for a whole mutation, diagnosis included; 100 to 120000. Default 10000. */
  readonly digicertTimeoutMs: number;
  readonly transport: TransportSettings;
  readonly limits: LimitSettings;
  readonly auth: AuthSettings;
  readonly audit: AuditSettings;
  /** `TRUSTED_PROXIES`: addresses and networks whose `X-Forwarded-For` is believed. Default none. */
  readonly trustedProxies: readonly string[];
  /** `EXPLORER`: what a browser gets at `/`. Default sandbox, off in production. */
  readonly explorer: Explorer;
  /** `INTROSPECTION`: whether the schema can be asked for, and errors hint at its names. Default on, off in production. */
  readonly introspection: boolean;
  /** `CORS_ORIGINS`: origins whose pages may call. Default Apollo Studio's, none in production. */
  readonly corsOrigins: readonly string[];
  /** `MAX_BODY_BYTES`: of a request; 1000 to 10000000. Default 100000. */
  readonly maxBodyBytes: number;
  /** `MAX_MUTATION_FIELDS`: root fields of one mutation, each a round of emails; 1 to 100. Default 10. */
  readonly maxMutationFields: number;
  /** `REQUEST_TIMEOUT_MS`: milliseconds in which a request must have arrived whole; 100 to 120000. Default 10000. */
  readonly requestTimeoutMs: number;
  /** `INLINE_TRACE`: whether a router that asks for a trace (ftv1) gets one. Default off. */
  readonly inlineTrace: boolean;
  /** `PERSISTED_DOCUMENTS`: the manifest of the only documents that are run. Default none: any document is. */
  readonly persistedDocuments: PersistedDocuments | undefined;
  readonly shutdown: ShutdownSettings;
  /** `LOG_LEVEL`. Default info. */
  readonly logLevel: LogLevel;
  /** `METRICS_PORT`: TCP port of `/metrics`, 0 for a free one. Default none: nothing is measured. */
  readonly metricsPort: number | undefined;
  /** `OTEL_EXPORTER_OTLP_ENDPOINT` is set: traces are sent there. Default none: there are none. */
  readonly tracing: boolean;
}

/** No `DIGICERT_API_KEY` and no `DIGICERT_API_KEY_FILE`: the built-in simulator. */
export type UpstreamSettings =
  | { readonly kind: 'simulator' }
  | {
      readonly kind: 'digicert';
      readonly baseUrl: string;
      readonly apiKey: string;
      /** `DIGICERT_API_KEY_FILE`: where the key came from, and where another one may be put. */
      readonly apiKeyFile: string | undefined;
    };

export interface ShutdownSettings {
  /** `SHUTDOWN_DELAY_MS`: milliseconds between being not ready and taking nothing new. Default 0, 5000 in production. */
  readonly delayMs: number;
  /** `SHUTDOWN_TIMEOUT_MS`: milliseconds after which what is in flight is answered with what is known. Default 30000. */
  readonly timeoutMs: number;
}

export type ParsedSettings =
  | { readonly ok: true; readonly settings: Settings }
  /** One sentence per problem, beginning with the setting's name; none holds a secret. */
  | { readonly ok: false; readonly problems: readonly string[] };

export type Environment = Readonly<Record<string, string | undefined>>;

/** DigiCert's US instance; Europe's is https://certcentral.digicert.eu/services/v2. */
const DEFAULT_BASE_URL = 'https://www.digicert.com/services/v2';

const APOLLO_STUDIO_ORIGIN = 'https://studio.apollographql.com';

/** In which a load balancer that looks every second or two notices that this instance is not ready. */
const PRODUCTION_SHUTDOWN_DELAY_MS = 5_000;

export const SETTING_NAMES: readonly string[] = Object.keys(SPECS);

export function parseSettings(environment: Environment): ParsedSettings {
  const given = dropEmpty(environment);
  const problems: string[] = [];
  const env = cleanEnv(given, SPECS, {
    reporter: ({ errors }) => {
      for (const [name, error] of Object.entries(errors)) {
        problems.push(`${name} ${error.message}`);
      }
    },
  });
  problems.push(...findContradictions(given));
  if (problems.length > 0) {
    return { ok: false, problems };
  }
  const production = env.NODE_ENV === 'production';
  const key = env.DIGICERT_API_KEY ?? env.DIGICERT_API_KEY_FILE;
  return {
    ok: true,
    settings: {
      host: env.HOST,
      port: env.PORT,
      upstream:
        key === undefined
          ? { kind: 'simulator' }
          : {
              kind: 'digicert',
              baseUrl: env.DIGICERT_BASE_URL ?? DEFAULT_BASE_URL,
              apiKey: key,
              apiKeyFile: given.DIGICERT_API_KEY_FILE,
            },
      digicertTimeoutMs: env.DIGICERT_TIMEOUT_MS,
      transport: {
        concurrency: env.DIGICERT_CONCURRENCY,
        breakerMs: env.DIGICERT_BREAKER_SECONDS * 1_000,
        maxRetryWaitMs: env.DIGICERT_QUOTA_WAIT_MS,
      },
      limits: toLimits(env),
      auth: toAuth(env),
      audit: {
        addresses: env.AUDIT_ADDRESSES,
        hashKey: env.AUDIT_HASH_KEY ?? env.AUDIT_HASH_KEY_FILE,
      },
      trustedProxies: env.TRUSTED_PROXIES,
      explorer: env.EXPLORER ?? (production ? 'off' : 'sandbox'),
      introspection: env.INTROSPECTION ?? !production,
      corsOrigins: env.CORS_ORIGINS ?? (production ? [] : [APOLLO_STUDIO_ORIGIN]),
      maxBodyBytes: env.MAX_BODY_BYTES,
      maxMutationFields: env.MAX_MUTATION_FIELDS,
      requestTimeoutMs: env.REQUEST_TIMEOUT_MS,
      inlineTrace: env.INLINE_TRACE,
      persistedDocuments: env.PERSISTED_DOCUMENTS,
      shutdown: {
        delayMs: env.SHUTDOWN_DELAY_MS ?? (production ? PRODUCTION_SHUTDOWN_DELAY_MS : 0),
        timeoutMs: env.SHUTDOWN_TIMEOUT_MS,
      },
      logLevel: env.LOG_LEVEL,
      metricsPort: env.METRICS_PORT,
      tracing: env.OTEL_EXPORTER_OTLP_ENDPOINT !== undefined,
    },
  };
}

type Env = CleanedEnv<typeof SPECS>;

function toLimits(env: Env): LimitSettings {
  const redisUrl = env.REDIS_URL ?? env.REDIS_URL_FILE;
  return {
    digicertQuota: env.DIGICERT_QUOTA,
    quotaWaitMs: env.DIGICERT_QUOTA_WAIT_MS,
    resendCooldownSeconds: env.RESEND_COOLDOWN_SECONDS,
    callerQuota: env.CALLER_QUOTA,
    redis:
      redisUrl === undefined
        ? undefined
        : {
            url: redisUrl,
            timeoutMs: env.REDIS_TIMEOUT_MS,
            fallbackPercent: env.REDIS_FALLBACK_PERCENT,
          },
  };
}

function toAuth(env: Env): AuthSettings {
  const { AUTH_JWKS_URL: jwksUrl, AUTH_ISSUER: issuer, AUTH_AUDIENCE: audience } = env;
  return {
    // They are set together, or not at all.
    tokens: jwksUrl && issuer && audience ? { jwksUrl, issuer, audience } : undefined,
    routerSecrets: env.ROUTER_SECRET ?? env.ROUTER_SECRET_FILE ?? [],
  };
}

/** An empty variable counts as not set: container tools write it for "none". */
function dropEmpty(environment: Environment): Environment {
  return Object.fromEntries(
    Object.entries(environment).filter(([, value]) => value !== undefined && value.trim() !== ''),
  );
}
