// Settings: environment variables, checked once at start, all problems told together.
import { findContradictions } from './contradictions';
import { VARIABLES, type Values, type Variable } from './environment-variables';

export type Settings = ReturnType<typeof toSettings>;

export type Environment = Readonly<Record<string, string | undefined>>;

/** Where settings are wrong: one sentence per problem, beginning with the setting's name; none holds a secret. */
export function parseSettings(environment: Environment) {
  // An empty variable counts as not set: container tools write it for "none".
  const given: Environment = Object.fromEntries(
    Object.entries(environment).filter(([, value]) => value?.trim()),
  );
  const problems: string[] = [];
  const values: Record<string, unknown> = {};
  const production = given.NODE_ENV === 'production';
  for (const [name, variable] of Object.entries<Variable>(VARIABLES)) {
    const text =
      (variable.inLowerCase && given[name.toLowerCase()]) ??
      given[name] ??
      (production ? variable.production : undefined) ??
      variable.default;
    try {
      values[name] = text === undefined ? undefined : variable.parse(text);
    } catch (error) {
      problems.push(`${name} ${(error as Error).message}`);
    }
  }
  problems.push(...findContradictions(given, values as Partial<Values>));
  return problems.length > 0
    ? { ok: false as const, problems }
    : { ok: true as const, settings: toSettings(values as Values, given) };
}

/** The settings as those who use them name and group them. */
function toSettings(values: Values, given: Environment) {
  const apiKey = values.DIGICERT_API_KEY ?? values.DIGICERT_API_KEY_FILE;
  const target = values.REDIS_URL ?? values.REDIS_URL_FILE;
  return {
    host: values.HOST,
    port: values.PORT,
    upstream:
      apiKey === undefined
        ? { kind: 'simulator' as const }
        : {
            kind: 'digicert' as const,
            baseUrl: values.DIGICERT_BASE_URL,
            apiKey,
            apiKeyFile: given.DIGICERT_API_KEY_FILE,
          },
    digicertTimeoutMs: values.DIGICERT_TIMEOUT_MS,
    addEmailDomain: values.DIGICERT_EMAIL_DOMAIN === 'derive',
    transport: {
      concurrency: values.DIGICERT_CONCURRENCY,
      breakerMs: values.DIGICERT_BREAKER_SECONDS * 1_000,
      maxRetryWaitMs: values.DIGICERT_QUOTA_WAIT_MS,
    },
    proxies: toProxySettings(values),
    dnsServers: values.DNS_SERVERS,
    limits: {
      digicertQuota: values.DIGICERT_QUOTA,
      quotaWaitMs: values.DIGICERT_QUOTA_WAIT_MS,
      attempts: {
        cooldownMs: values.RESEND_COOLDOWN_SECONDS * 1_000,
        rememberMs: Math.max(
          values.LAST_RESEND_DAYS * 86_400_000,
          values.RESEND_COOLDOWN_SECONDS * 1_000,
        ),
      },
      callerQuota: values.CALLER_QUOTA,
      redis: target && {
        target,
        timeoutMs: values.REDIS_TIMEOUT_MS,
        fallbackPercent: values.REDIS_FALLBACK_PERCENT,
      },
    },
    auth: {
      tokens: toTokenSettings(values),
      routerSecrets: values.ROUTER_SECRET ?? values.ROUTER_SECRET_FILE ?? [],
    },
    audit: {
      addresses: values.AUDIT_ADDRESSES,
      hashKey: values.AUDIT_HASH_KEY ?? values.AUDIT_HASH_KEY_FILE,
    },
    trustedProxies: values.TRUSTED_PROXIES,
    // It reads the schema. EXPLORER set beside INTROSPECTION=off is a contradiction.
    explorer: values.INTROSPECTION ? values.EXPLORER : ('off' as const),
    introspection: values.INTROSPECTION,
    corsOrigins: values.CORS_ORIGINS,
    maxBodyBytes: values.MAX_BODY_BYTES,
    maxMutationFields: values.MAX_MUTATION_FIELDS,
    requestTimeoutMs: values.REQUEST_TIMEOUT_MS,
    keepAliveTimeoutMs: values.KEEP_ALIVE_TIMEOUT_MS,
    persistedDocuments: values.PERSISTED_DOCUMENTS,
    shutdown: { delayMs: values.SHUTDOWN_DELAY_MS, timeoutMs: values.SHUTDOWN_TIMEOUT_MS },
    logLevel: values.LOG_LEVEL,
    metricsPort: values.METRICS_PORT,
    tracing: values.OTEL_EXPORTER_OTLP_ENDPOINT !== undefined,
  };
}

function toProxySettings(values: Values) {
  const { HTTPS_PROXY: httpsProxy, HTTP_PROXY: httpProxy, NO_PROXY: isExempt } = values;
  return httpsProxy || httpProxy ? { httpsProxy, httpProxy, isExempt } : undefined;
}

function toTokenSettings(values: Values) {
  const { AUTH_ISSUER: issuer, AUTH_AUDIENCE: audience } = values;
  // They are set together, or not at all.
  return issuer && audience
    ? {
        jwksUrl: values.AUTH_JWKS_URL,
        issuer,
        audience,
        scopeClaims: values.AUTH_SCOPE_CLAIMS,
        scopePrefix: values.AUTH_SCOPE_PREFIX ?? '',
      }
    : undefined;
}
