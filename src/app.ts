// The whole wiring on one screen.
import { createAuthenticate } from './auth/authenticate';
import { LOOK_UPS_TIMEOUT_MS } from './dns/dns-client';
import { createEgress } from './egress/egress';
import { createExplorer } from './explorer/explorer';
import { startGraphql } from './graphql/graphql';
import { GRAPHQL_PATH } from './http/graphql-route';
import { createHttpServer } from './http/http-server';
import { type Clock, systemClock, withTimeout } from './lib/clock';
import { readPackageInfo } from './package-info';
import type { Settings } from './settings/settings';
import { startTelemetry, type TelemetryDependencies } from './telemetry/telemetry';
import { startUseCases, type UseCaseDependencies } from './use-cases';

/** For responses to be written, beyond the time that they may take. */
const RESPONSE_MARGIN_MS = 1_000;

/** For connections to be closed, and the last spans to be exported. */
const CLOSE_TIMEOUT_MS = 3_000;

interface AppDependencies
  extends Pick<UseCaseDependencies, 'log' | 'random' | 'dispatcher'>,
    Pick<TelemetryDependencies, 'isLogRead'> {
  /** Default: the system's. */
  readonly clock?: Clock;
}

export type App = Awaited<ReturnType<typeof startApp>>;

export async function startApp(settings: Settings, dependencies: AppDependencies) {
  const { log, clock = systemClock } = dependencies;
  const { name, version, userAgent } = readPackageInfo();
  const egress = createEgress(settings.proxies);
  const identityProvider = egress.createAgent();
  const telemetry = startTelemetry(settings, {
    ...dependencies,
    name,
    version,
    clock,
    createHttpAgent: settings.proxies && egress.createHttpAgent,
  });
  const useCases = await startUseCases(settings, { ...dependencies, clock, telemetry, userAgent });
  const { reportUnhandledRejection, apolloPlugins: plugins, findOutage } = telemetry;
  const closeResources = () =>
    withTimeout(
      clock,
      CLOSE_TIMEOUT_MS,
      Promise.all([useCases.close(), telemetry.close(), identityProvider.destroy()]),
    );
  let stopping = false;
  try {
    const graphql = await startGraphql({ ...settings, log, plugins });
    const server = await createHttpServer({
      ...settings,
      ...graphql,
      useCases: { ...useCases, log },
      log,
      authenticate: createAuthenticate(settings.auth, {
        clock,
        log,
        dispatcher: identityProvider,
        countRefusal: telemetry.countRefusal,
      }),
      isOpen: !settings.auth.tokens && settings.auth.routerSecrets.length === 0,
      // The fields of a mutation run one after the other, and each may be followed by a read of its order.
      responseTimeoutMs:
        2 * settings.maxMutationFields * settings.digicertTimeoutMs +
        LOOK_UPS_TIMEOUT_MS +
        RESPONSE_MARGIN_MS,
      drainTimeoutMs: settings.shutdown.timeoutMs + RESPONSE_MARGIN_MS,
      resources: createExplorer(settings.explorer, settings.upstream.kind === 'simulator'),
      isStopping: () => stopping,
      findOutage,
      state: useCases.state,
      instrument: telemetry.instrument,
    });
    /** Is not ready from now on, after a while (`atOnce`: now) takes nothing new, answers what is in flight, closes everything. */
    const close = async ({ atOnce = false } = {}) => {
      stopping = true;
      if (!atOnce && settings.shutdown.delayMs > 0) {
        // A load balancer needs a moment to see that this instance is not ready.
        await new Promise<void>((resolve) => clock.after(settings.shutdown.delayMs, resolve));
      }
      const cancel = clock.after(settings.shutdown.timeoutMs, () => useCases.deadlines.expireAll());
      await server.close();
      // Calls whose clients hung up go on.
      await useCases.deadlines.whenIdle();
      cancel();
      await graphql.apollo.stop();
      await closeResources();
    };
    return {
      /** Where the metrics are, if they are enabled. */
      metricsUrl: await telemetry.listen(),
      /** Where GraphQL is served, e.g. `http://127.0.0.1:4000/graphql`. */
      url: (await server.listen({ host: settings.host, port: settings.port })) + GRAPHQL_PATH,
      /** For Node's `unhandledRejection`. */
      reportUnhandledRejection,
      close,
    };
  } catch (error) {
    await closeResources();
    throw error;
  }
}
