// The use cases with all they need: DigiCert or its simulator behind them, limits before it, and telemetry
// around them.
import { setImmediate } from 'node:timers/promises';
import type { Logger } from 'pino';
import type { Dispatcher } from 'undici';
import { createDigicertClient } from './digicert/client';
import { createLookUps } from './dns/look-ups';
import type { Caller } from './domain/caller';
import type { LookUp } from './domain/mail-dns';
import { createOrderReads, type OrderReads } from './domain/read-order';
import { createResend, type Resend } from './domain/resend';
import type { ResendAttempt } from './domain/resend-attempt';
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
  /** Transport to DigiCert; it is closed with the use cases. Default: a connection pool, by a proxy where one is set. */
  readonly dispatcher?: Dispatcher;
  readonly userAgent: string;
  readonly telemetry: Telemetry;
}

interface UseCases extends OrderReads {
  readonly resend: Resend;
  readLastResend(orderId: string): Promise<ResendAttempt | undefined>;
  /** Counts what neither of the two counts: refused input, what is remembered of an order. Seconds to wait when there was too much. */
  countCaller(caller: Caller): Promise<number | undefined>;
  startLookUps(): LookUp;
  /** What an operator may want to know of DigiCert and the limits. */
  state(): Readonly<Record<string, string>>;
  /** Resolves when no call is in flight, whether its client still waits for the response or not. */
  whenIdle(): Promise<void>;
  /** Answers all calls in flight now, with what is known now. */
  expireDeadlines(): void;
  close(): Promise<void>;
}

export async function startUseCases(
  settings: Settings,
  { log, clock, random = Math.random, dispatcher, userAgent, telemetry }: UseCaseDependencies,
): Promise<UseCases> {
  const started = await startUpstream(settings.upstream, { log, clock });
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
  telemetry.watchState({
    breakerState: () => digicert.breakerState,
    upstreamInFlight: () => digicert.inFlight,
    quotaWindows: settings.limits.digicertQuota,
    quotaUsage: limits.usage,
    redisIsUp: () => {
      const counted = limits.counted();
      return counted.redis && counted.limits === 'redis';
    },
  });
  const lookUps = createLookUps(settings.dnsServers, clock, lookUp);
  const deadlines = new Deadlines(clock);
  const { addEmailDomain } = settings;
  const dependencies = { digicert, limits, deadlines, timeoutMs, addEmailDomain };
  const resend = createResend(dependencies);
  const reads = createOrderReads(dependencies);
  return {
    resend: (orderId, input, caller) =>
      observe({ useCase: 'resend', orderId, caller }, () => resend(orderId, input, caller)),
    readOrder: (orderId, caller) =>
      observe({ useCase: 'read order', orderId, caller }, async () => ({
        outcome: await reads.readOrder(orderId, caller),
      })),
    readOrderInfo: (orderId, caller) =>
      observe({ useCase: 'read order', orderId, caller }, async () => ({
        outcome: await reads.readOrderInfo(orderId, caller),
      })),
    listOrders: (query, caller) =>
      observe({ useCase: 'list orders', orderId: '', caller }, async () => ({
        outcome: await reads.listOrders(query, caller),
      })),
    readLastResend: limits.lastResend,
    countCaller: (caller) =>
      deadlines.within(timeoutMs, async (deadline) => {
        const reserved = await limits.reserve({ caller }, deadline);
        return reserved.ok ? undefined : reserved.retryAfterSeconds;
      }),
    startLookUps: lookUps.startRequest,
    state: () => ({ breaker: digicert.breakerState, ...limits.counted() }),
    whenIdle: async () => {
      do {
        await deadlines.whenIdle();
        // Between two fields of a mutation nothing is in flight for a moment.
        await setImmediate();
      } while (!deadlines.isIdle);
    },
    expireDeadlines: () => deadlines.expireAll(),
    close: async () => {
      lookUps.close();
      await digicert.close();
      await limits.close();
      await closeUpstream();
    },
  };
}
