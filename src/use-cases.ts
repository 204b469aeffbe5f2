// The use cases with all they need: DigiCert or its simulator behind them, limits before it, and telemetry
// around them.
import type { Logger } from 'pino';
import type { Dispatcher } from 'undici';
import { createDigicertClient } from './digicert/client';
import { createLookUps } from './dns/look-ups';
import type { Caller } from './domain/caller';
import { createOrderReads } from './domain/read-order';
import { createResend, type Resend } from './domain/resend';
import type { UseCaseOutcome, UseCaseStarted } from './domain/use-case-events';
import { createEgress } from './egress/egress';
import type { Clock } from './lib/clock';
import { Deadlines } from './lib/deadline';
import { startLimits } from './limits/limits';
import type { Settings } from './settings/settings';
import type { Telemetry } from './telemetry/telemetry';
import { startUpstream } from './upstream';

export interface UseCaseDependencies {
  readonly log: Logger;
  readonly clock: Clock;
  /** From 0 up to 1. Default: the system's. */
  readonly random?: () => number;
  /** Transport to DigiCert; it is closed with the use cases. Default: a client for each call in flight, by a proxy where one is set. */
  readonly dispatcher?: Dispatcher;
  readonly userAgent: string;
  readonly telemetry: Telemetry;
}

export async function startUseCases(settings: Settings, dependencies: UseCaseDependencies) {
  const { log, clock, random = Math.random, dispatcher, userAgent, telemetry } = dependencies;
  const started = await startUpstream(settings.upstream, dependencies);
  const { close: closeUpstream, lookUp, ...upstream } = started;
  const { observe, observeUpstream: report } = telemetry;
  const timeoutMs = settings.digicertTimeoutMs;
  const limits = await startLimits(settings.limits, { ...upstream, clock, log, report });
  // The simulator is in this process: no proxy could reach it, or would be meant to.
  const egress = createEgress(settings.upstream.kind === 'digicert' ? settings.proxies : undefined);
  const { origin } = new URL(upstream.baseUrl);
  const digicert = createDigicertClient({
    ...upstream,
    userAgent,
    clock,
    random,
    limits,
    transport: settings.transport,
    report,
    createClient: () => dispatcher ?? egress.createClient(origin, clock),
  });
  telemetry.watchState({ digicert, limits, quotaWindows: settings.limits.digicertQuota });
  const lookUps = createLookUps(settings.dnsServers, clock, lookUp);
  const deadlines = new Deadlines(clock);
  const parts = { digicert, limits, deadlines, timeoutMs, addEmailDomain: settings.addEmailDomain };
  const runResend = createResend(parts);
  const resend: Resend = (orderId, input, caller) =>
    observe({ useCase: 'resend', orderId, caller }, () => runResend(orderId, input, caller));
  const observed =
    <Asked, Outcome extends UseCaseOutcome>(
      useCase: UseCaseStarted['useCase'],
      read: (asked: Asked, caller: Caller) => Promise<Outcome>,
    ) =>
    (asked: Asked, caller: Caller) =>
      observe({ useCase, orderId: typeof asked === 'string' ? asked : '', caller }, async () => ({
        outcome: await read(asked, caller),
      }));
  const reads = createOrderReads(parts);
  return {
    resend,
    readOrder: observed('read order', reads.readOrder),
    readOrderInfo: observed('read order', reads.readOrderInfo),
    listOrders: observed('list orders', reads.listOrders),
    readLastResend: limits.lastResend,
    /** Counts what neither of them counts: refused input, what is remembered of an order. Seconds to wait when there was too much. */
    countCaller: (caller: Caller) =>
      deadlines.within(timeoutMs, async (deadline) => {
        const reserved = await limits.reserve({ caller }, deadline);
        return reserved.ok ? undefined : reserved.retryAfterSeconds;
      }),
    startLookUps: lookUps.startRequest,
    /** What an operator may want to know of DigiCert and the limits. */
    state: () => ({ breaker: digicert.breakerState, ...limits.counted() }),
    /** Of calls in flight, whether their clients still wait for a response or not. */
    deadlines,
    close: async () => {
      lookUps.close();
      await digicert.close();
      await limits.close();
      await closeUpstream();
    },
  };
}
