// Settings: environment variables, checked once at start, all problems told together.
import { cleanEnv, makeExactValidator, makeValidator } from 'envalid';
import { type PersistedDocuments, parseManifest } from '../graphql/guards/persisted-documents';
import { LOG_LEVELS, type LogLevel } from '../telemetry/log';
import {
  integerBetween,
  oneOf,
  parseApiKey,
  parseBaseUrl,
  parseHost,
  parseOrigins,
  parsePort,
  parseSwitch,
  readApiKeyFile,
  readTextFile,
} from './parsers';

export interface Settings {
  /** `HOST`: address to listen on. Default 127.0.0.1. */
  readonly host: string;
  /** `PORT`: TCP port to listen on, 0 for a free one. Default 4000. */
  readonly port: number;
  readonly upstream: UpstreamSettings;
  /** `DIGICERT_TIMEOUT_MS`: milliseconds for a whole mutation, diagnosis included; 100 to 120000. Default 10000. */
  readonly digicertTimeoutMs: number;
  /** `EXPLORER`: what a browser gets at the endpoint. Default sandbox, off in production. */
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
  /** `LOG_LEVEL`. Default info. */
  readonly logLevel: LogLevel;
}

/** No `DIGICERT_API_KEY` and no `DIGICERT_API_KEY_FILE`: the built-in simulator. */
export type UpstreamSettings =
  | { readonly kind: 'simulator' }
  | { readonly kind: 'digicert'; readonly baseUrl: string; readonly apiKey: string };

export type ParsedSettings =
  | { readonly ok: true; readonly settings: Settings }
  /** One sentence per problem, beginning with the setting's name; none holds a secret. */
  | { readonly ok: false; readonly problems: readonly string[] };

export type Environment = Readonly<Record<string, string | undefined>>;

/** DigiCert's US instance; Europe's is https://certcentral.digicert.eu/services/v2. */
const DEFAULT_BASE_URL = 'https://www.digicert.com/services/v2';

const EXPLORERS = ['sandbox', 'off'] as const;

export type Explorer = (typeof EXPLORERS)[number];

const APOLLO_STUDIO_ORIGIN = 'https://studio.apollographql.com';

const nodeEnv = makeValidator(oneOf(['development', 'test', 'production']));
const host = makeValidator(parseHost);
const port = makeValidator(parsePort);
const timeoutMs = makeValidator(integerBetween(100, 120_000, 'milliseconds'));
const apiKey = makeValidator(parseApiKey);
const apiKeyFile = makeValidator(readApiKeyFile);
const baseUrl = makeValidator(parseBaseUrl);
const explorer = makeValidator<Explorer>(oneOf(EXPLORERS));
const onOrOff = makeExactValidator(parseSwitch);
const origins = makeExactValidator(parseOrigins);
const bodyBytes = makeValidator(integerBetween(1_000, 10_000_000, 'bytes'));
const fieldCount = makeValidator(integerBetween(1, 100, 'a number'));
const manifest = makeExactValidator(readManifest);
const logLevel = makeValidator<LogLevel>(oneOf(LOG_LEVELS));

const SPECS = {
  NODE_ENV: nodeEnv({ default: 'development' }),
  HOST: host({ default: '127.0.0.1' }),
  PORT: port({ default: 4000 }),
  DIGICERT_API_KEY: apiKey({ default: undefined }),
  DIGICERT_API_KEY_FILE: apiKeyFile({ default: undefined }),
  DIGICERT_BASE_URL: baseUrl({ default: undefined }),
  DIGICERT_TIMEOUT_MS: timeoutMs({ default: 10_000 }),
  EXPLORER: explorer({ default: undefined }),
  INTROSPECTION: onOrOff({ default: undefined }),
  CORS_ORIGINS: origins({ default: undefined }),
  MAX_BODY_BYTES: bodyBytes({ default: 100_000 }),
  MAX_MUTATION_FIELDS: fieldCount({ default: 10 }),
  REQUEST_TIMEOUT_MS: timeoutMs({ default: 10_000 }),
  INLINE_TRACE: onOrOff({ default: false }),
  PERSISTED_DOCUMENTS: manifest({ default: undefined }),
  LOG_LEVEL: logLevel({ default: 'info' }),
};

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
          : { kind: 'digicert', baseUrl: env.DIGICERT_BASE_URL ?? DEFAULT_BASE_URL, apiKey: key },
      digicertTimeoutMs: env.DIGICERT_TIMEOUT_MS,
      explorer: env.EXPLORER ?? (production ? 'off' : 'sandbox'),
      introspection: env.INTROSPECTION ?? !production,
      corsOrigins: env.CORS_ORIGINS ?? (production ? [] : [APOLLO_STUDIO_ORIGIN]),
      maxBodyBytes: env.MAX_BODY_BYTES,
      maxMutationFields: env.MAX_MUTATION_FIELDS,
      requestTimeoutMs: env.REQUEST_TIMEOUT_MS,
      inlineTrace: env.INLINE_TRACE,
      persistedDocuments: env.PERSISTED_DOCUMENTS,
      logLevel: env.LOG_LEVEL,
    },
  };
}

function readManifest(path: string): PersistedDocuments {
  const text = readTextFile(path);
  try {
    return parseManifest(text);
  } catch (error) {
    throw new Error(`is ${JSON.stringify(path)}, which ${(error as Error).message}.`);
  }
}

/** An empty variable counts as not set: container tools write it for "none". */
function dropEmpty(environment: Environment): Environment {
  return Object.fromEntries(
    Object.entries(environment).filter(([, value]) => value !== undefined && value.trim() !== ''),
  );
}

/** Settings that are right one by one and wrong together. */
function findContradictions(given: Environment): readonly string[] {
  const hasKey = given.DIGICERT_API_KEY !== undefined || given.DIGICERT_API_KEY_FILE !== undefined;
  const problems: string[] = [];
  if (given.DIGICERT_API_KEY !== undefined && given.DIGICERT_API_KEY_FILE !== undefined) {
    problems.push('DIGICERT_API_KEY and DIGICERT_API_KEY_FILE are both set: give one of them.');
  }
  if (!hasKey && given.NODE_ENV === 'production') {
    problems.push(
      'DIGICERT_API_KEY is not set: production never falls back to the simulator. Give it or DIGICERT_API_KEY_FILE.',
    );
  }
  if (!hasKey && given.DIGICERT_BASE_URL !== undefined) {
    problems.push(
      'DIGICERT_BASE_URL is set without a key: give DIGICERT_API_KEY or DIGICERT_API_KEY_FILE.',
    );
  }
  return problems;
}
