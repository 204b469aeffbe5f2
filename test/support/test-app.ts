// The gateway over real HTTP in front of a real simulator, for one test; or for a file's, where it starts before them.
import { EventEmitter, once } from 'node:events';
import type { TypedDocumentNode } from '@graphql-typed-document-node/core';
import { print } from 'graphql';
import type { Dispatcher } from 'undici';
import { startApp } from '../../src/app';
import {
  ResendDvEmailsDocument,
  type ResendDvEmailsInput,
  type ResendDvEmailsMutation,
} from '../../src/client/operations';
import type { RollingWindow } from '../../src/domain/rolling-window';
import { type Environment, parseSettings } from '../../src/settings/settings';
import type { SimulatedAccount } from '../../src/simulator/orders';
import {
  DEFAULT_ACCOUNT,
  type OutboxEntry,
  type ReceivedRequest,
  startSimulator,
} from '../../src/simulator/simulator';
import { createLog } from '../../src/telemetry/log';
import { closeLater } from './close-later';
import { ManualClock } from './manual-clock';
import { NO_LIMITS } from './no-limits';

export const API_KEY = 'the-secret-api-key';
export const REQUEST_ID = 'test-request';

export interface TestAppOverrides {
  /** Settings in addition to, or in place of, those every test has. */
  readonly environment?: Environment;
  /** Orders in addition to, or in place of, the simulator's own. */
  readonly orders?: SimulatedAccount;
  readonly quota?: readonly RollingWindow[];
  /** In place of the simulator. */
  readonly baseUrl?: string;
  readonly dispatcher?: Dispatcher;
  /** What stands in for chance, from 0 up to 1. Default 0: retries come at once. */
  readonly random?: () => number;
  /** As `dispatcher`, made for the origin of the upstream. */
  readonly dispatcherFor?: (origin: string) => Dispatcher;
}

export interface GraphqlResponse<Data> {
  readonly data?: Data | null;
  readonly errors?: readonly {
    message: string;
    path?: readonly unknown[];
    extensions: Record<string, unknown>;
  }[];
}

export interface TestApp {
  readonly url: string;
  /** Where the metrics are, if `METRICS_PORT` is set. */
  readonly metricsUrl: string | undefined;
  readonly clock: ManualClock;
  readonly outbox: readonly OutboxEntry[];
  /** All log events so far. */
  readonly log: readonly Record<string, unknown>[];
  /** Everything logged so far, as it was written. */
  readonly logText: () => string;
  resend(
    orderId: string,
    input?: ResendDvEmailsInput | null,
  ): Promise<GraphqlResponse<ResendDvEmailsMutation>>;
  execute<Data, Variables>(
    document: TypedDocumentNode<Data, Variables>,
    variables: Variables,
  ): Promise<GraphqlResponse<Data>>;
  post(body: unknown, headers?: Record<string, string>): Promise<Response>;
  /** Resolves when an event is logged for the next time. */
  logged(event: string): Promise<void>;
  /** Resolves when the simulator has read the next request. */
  nextUpstreamRequest(): Promise<void>;
  /** The requests that arrived upstream since the last call. Those never taken fail the test. */
  takeUpstreamRequests(): readonly ReceivedRequest[];
  close(): Promise<void>;
}

const running = new Set<TestApp>();
const closed: TestApp[] = [];

/** Runs when what the test, or the file, has started is closed. */
function expectNothingLeft(): void {
  const ended = closed.splice(0);
  const apps = [...ended, ...running];
  expect(apps.flatMap((app) => app.takeUpstreamRequests()).map(describeRequest)).toEqual([]);
  expect(ended.map((app) => app.clock.pending)).toEqual(ended.map(() => 0));
}

afterEach(expectNothingLeft);
afterAll(expectNothingLeft);

/** `PUT 1001` for a resend, `GET 1001` for an order's info. */
export function describeRequest({ method, path }: ReceivedRequest): string {
  return `${method} ${path.replace('/services/v2/order/certificate/', '').replace('/resend-emails', '')}`;
}

export async function startTestApp(overrides: TestAppOverrides = {}): Promise<TestApp> {
  const clock = new ManualClock();
  const events = new EventEmitter();
  const simulator = await startSimulator({
    account: { ...DEFAULT_ACCOUNT, ...overrides.orders },
    clock,
    onRequest: () => events.emit('request'),
    ...(overrides.quota && { quota: overrides.quota }),
  });
  const baseUrl = overrides.baseUrl ?? simulator.baseUrl;
  const dispatcher = overrides.dispatcher ?? overrides.dispatcherFor?.(new URL(baseUrl).origin);
  const lines: string[] = [];
  const parsed = parseSettings({
    PORT: '0',
    DIGICERT_API_KEY: API_KEY,
    DIGICERT_BASE_URL: baseUrl,
    LOG_LEVEL: 'trace',
    SHUTDOWN_DELAY_MS: '0',
    // No server is there: a test that looks something up says where.
    DNS_SERVERS: '127.0.0.1:9',
    ...NO_LIMITS,
    ...(overrides.environment?.NODE_ENV === 'production' && { AUTH: 'none' }),
    ...overrides.environment,
  });
  if (!parsed.ok) {
    throw new Error(parsed.problems.join('\n'));
  }
  const { settings } = parsed;
  const app = await startApp(settings, {
    clock,
    random: overrides.random ?? (() => 0),
    log: createLog(settings.logLevel, {
      write: (line) => {
        lines.push(line);
        events.emit(`logged ${JSON.parse(line).event}`);
      },
    }),
    ...(dispatcher && { dispatcher }),
  });
  let taken = 0;
  const testApp: TestApp = {
    url: app.url,
    metricsUrl: app.metricsUrl,
    clock,
    outbox: simulator.outbox,
    get log() {
      return lines.map((line) => JSON.parse(line) as Record<string, unknown>);
    },
    logText: () => lines.join(''),
    resend: (orderId, input) =>
      testApp.execute(
        ResendDvEmailsDocument,
        input === undefined ? { orderId } : { orderId, input },
      ),
    execute: async (document, variables) => {
      const response = await testApp.post({ query: print(document), variables });
      return response.json() as Promise<GraphqlResponse<never>>;
    },
    post: (body, headers = {}) =>
      fetch(app.url, {
        method: 'POST',
        headers: { 'content-type': 'application/json', 'x-request-id': REQUEST_ID, ...headers },
        body: typeof body === 'string' ? body : JSON.stringify(body),
      }),
    logged: async (event) => {
      await once(events, `logged ${event}`);
    },
    nextUpstreamRequest: async () => {
      await once(events, 'request');
    },
    takeUpstreamRequests: () => {
      const requests = simulator.requests.slice(taken);
      taken = simulator.requests.length;
      return requests;
    },
    close: async () => {
      await app.close();
      await simulator.close();
    },
  };
  running.add(testApp);
  closeLater(async () => {
    await testApp.close();
    running.delete(testApp);
    closed.push(testApp);
  });
  return testApp;
}
