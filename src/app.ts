// The whole wiring on one screen.
import type { FastifyInstance } from 'fastify';
import type { Logger } from 'pino';
import type { Dispatcher } from 'undici';
import { createAuthenticate } from './auth/authenticate';
import { createDigicertClient } from './digicert/client';
import type { Caller } from './domain/caller';
import { type Clock, systemClock } from './domain/clock';
import { createReadOrder } from './domain/read-order';
import { createResend } from './domain/resend';
import { createApolloServer } from './graphql/apollo-server';
import { createAuthChecker } from './graphql/auth-checker';
import { OrderReads } from './graphql/certificate-order/order-reads';
import { createSchema } from './graphql/schema';
import { startLimits } from './limits/limits';
import { readPackageInfo } from './package-info';
import { createHttpServer, GRAPHQL_PATH } from './server/http-server';
import type { Settings } from './settings/settings';
import { startSimulator } from './simulator/simulator';
import { auditResend } from './telemetry/audit';
import { logReadOrder } from './telemetry/log-read-order';

/** Beyond the deadlines of a mutation, for its answer to be written. */
const ANSWER_MARGIN_MS = 1_000;

export interface AppDependencies {
  readonly log: Logger;
  /** Default: the system's. */
  readonly clock?: Clock;
  /** Transport to DigiCert; the app closes it. Default: a connection pool. */
  readonly dispatcher?: Dispatcher;
}

export interface App {
  /** Where GraphQL is served, e.g. `http://127.0.0.1:4000/graphql`. */
  readonly url: string;
  /** Answers what is in flight, then lets go of everything. */
  close(): Promise<void>;
}

export async function startApp(settings: Settings, dependencies: AppDependencies): Promise<App> {
  const { log, clock = systemClock, dispatcher } = dependencies;
  const { name, version } = readPackageInfo();
  const { baseUrl, apiKey, closeUpstream } = await startUpstream(settings, log);
  const timeoutMs = settings.digicertTimeoutMs;
  const limits = await startLimits(settings.limits, { clock, log, timeoutMs, apiKey, baseUrl });
  const digicert = createDigicertClient({
    baseUrl,
    apiKey,
    userAgent: `${name}/${version}`,
    clock,
    quota: limits.digicertQuota,
    ...(dispatcher && { dispatcher }),
  });
  const useCases = { digicert, clock, timeoutMs, ...limits };
  const resend = auditResend(createResend(useCases), settings.audit, { log, clock });
  const readOrder = logReadOrder(createReadOrder(useCases), log, clock);
  const schema = createSchema({ resend, authChecker: createAuthChecker(log) });
  const sandbox = settings.explorer === 'sandbox';
  const apollo = createApolloServer({
    schema,
    log,
    limits: settings,
    introspection: settings.introspection,
    sandbox,
    persistedDocuments: settings.persistedDocuments,
    inlineTrace: settings.inlineTrace,
  });
  await apollo.start();
  const server = await createHttpServer({
    apollo,
    authenticate: createAuthenticate(settings.auth, { clock, log }),
    context: ({ correlationId, address, identity }) => {
      const caller: Caller = { correlationId, address, ...identity };
      return { caller, orders: new OrderReads((orderId) => readOrder(orderId, caller)) };
    },
    trustedProxies: settings.trustedProxies,
    log,
    maxBodyBytes: settings.maxBodyBytes,
    requestTimeoutMs: settings.requestTimeoutMs,
    // The fields of a mutation run one after the other, and each may be followed by a read of its order.
    answerTimeoutMs: 2 * settings.maxMutationFields * timeoutMs + ANSWER_MARGIN_MS,
    browser: { corsOrigins: settings.corsOrigins, sandbox },
    isListedDocument: settings.persistedDocuments?.includes,
  });

  const close = async () => {
    await server.close();
    await apollo.stop();
    await digicert.close();
    await limits.close();
    await closeUpstream();
  };
  try {
    const url = await listen(server, settings);
    return { url, close };
  } catch (error) {
    await close();
    throw error;
  }
}

async function listen(server: FastifyInstance, { host, port }: Settings): Promise<string> {
  return `${await server.listen({ host, port })}${GRAPHQL_PATH}`;
}

/** DigiCert itself, or the built-in simulator where no key is set. */
async function startUpstream({ upstream }: Settings, log: Logger) {
  if (upstream.kind === 'digicert') {
    return { ...upstream, closeUpstream: async () => {} };
  }
  const simulator = await startSimulator();
  log.warn(
    { event: 'simulator.in-use', baseUrl: simulator.baseUrl, outboxUrl: simulator.outboxUrl },
    'DIGICERT_API_KEY is not set: DigiCert is SIMULATED and no email is sent',
  );
  return {
    baseUrl: simulator.baseUrl,
    apiKey: 'simulator',
    closeUpstream: () => simulator.close(),
  };
}
