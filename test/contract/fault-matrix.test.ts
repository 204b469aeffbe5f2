// Every fault in every situation: one response for each call, in time, the right one, and nothing sent twice.
// `npm run faults` also judges how late the slowest response is, and writes the results to docs/reliability.md.
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { request } from 'undici';
import { startApp } from '../../src/app';
import { type Clock, systemClock } from '../../src/lib/clock';
import { parseSettings } from '../../src/settings/settings';
import { createLog } from '../../src/telemetry/log';
import { ManualClock } from '../support/manual-clock';
import { NO_LIMITS } from '../support/no-limits';
import { startGateway } from '../support/program';
import {
  DIGICERT_FAULTS,
  FAILING_ORDERS,
  FAULTY_ORDERS,
  type Fault,
  type FaultyUpstream,
  UNREACHABLE,
} from './faults';
import { byProxy, PROXY_FAULTS } from './proxy-faults';

/** Rows of the documented table. */
const FAULTS = [...DIGICERT_FAULTS, ...PROXY_FAULTS];

const DEADLINE_MS = 2_000;

const CONCURRENT_CALLS = 200;

const SHUTDOWN_DELAY_MS = 300;

/** So far the clock of `npm test` moves at once, and so many turns of the event loop are between. */
const STEP_MS = 250;
const TURNS = 100;

const JUDGE = process.env.FAULTS === 'judge';

/** What a response may be late by. Timings are judged by `npm run faults`; a test only finds what hangs. */
const MAX_LATE_MS = JUDGE ? 250 : 10_000;

const PATIENCE_MS = 60_000;

/** The response while the breaker is open. Of many calls at once the first ones may open it for the others. */
const BREAKER_OPEN = 'UpstreamError UNAVAILABLE, not sent';

const QUERY = `mutation ($orderId: ID!) {
  resendDvEmails(orderId: $orderId) {
    __typename
    ... on ResendDvEmailsUpstreamError { reason emailsMayHaveBeenSent }
    ... on ResendDvEmailsRateLimitedError { scope }
  }
}`;

let calls = 0;

/** Faulty orders, each in its turn. */
const takeOrders = (count: number) =>
  Array.from({ length: count }, () => FAULTY_ORDERS[calls++ % FAULTY_ORDERS.length] ?? '');

/** One call; resolves with its result, and after how long. */
async function call(url: string, orderId: string, clock: Clock) {
  const startedAtMs = clock.now();
  const { body } = await request(url, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ query: QUERY, variables: { orderId } }),
  });
  const { data } = (await body.json()) as {
    data: { resendDvEmails: Record<string, unknown> };
  };
  const { __typename, reason, scope, emailsMayHaveBeenSent } = data.resendDvEmails;
  const member = `${String(__typename).replace('ResendDvEmails', '')} ${reason ?? scope}`;
  const told =
    emailsMayHaveBeenSent === undefined
      ? member
      : `${member}, ${emailsMayHaveBeenSent ? 'may have been sent' : 'not sent'}`;
  return { told, tookMs: clock.now() - startedAtMs };
}

interface Gateway {
  readonly url: string;
  stop(): Promise<unknown>;
}

/** In this process, on a clock of the test's: what `npm test` has the time for. */
async function launchHere(clock: Clock, environment: Record<string, string>): Promise<Gateway> {
  const parsed = parseSettings({ PORT: '0', ...NO_LIMITS, ...environment });
  if (!parsed.ok) {
    throw new Error(parsed.problems.join('\n'));
  }
  const log = createLog('silent');
  const app = await startApp(parsed.settings, { log, clock, random: () => 0 });
  return { url: app.url, stop: () => app.close() };
}

/** As a process of its own, which callers and upstream do not slow down. */
async function launchProgram(_clock: Clock, environment: Record<string, string>): Promise<Gateway> {
  const { program, url } = await startGateway(environment);
  return {
    url,
    stop: () => {
      program.kill('SIGTERM');
      return program.closed;
    },
  };
}

/** Lets time pass while DigiCert and the gateway do nothing but wait, until the calls end. */
async function letTimePass(
  clock: ManualClock,
  { requests }: FaultyUpstream,
  calls: Promise<unknown>,
): Promise<void> {
  let ended = false;
  const end = () => {
    ended = true;
  };
  calls.then(end, end);
  while (!ended) {
    const before = requests();
    for (let turn = 0; turn < TURNS; turn += 1) {
      await nextTurn();
    }
    if (!ended && before > 0 && requests() === before) {
      clock.advance(STEP_MS);
    }
  }
}

async function start(fault: Fault, environment: Record<string, string> = {}) {
  const manualClock = JUDGE ? undefined : new ManualClock();
  const clock = manualClock ?? systemClock;
  const upstream = await fault.start(clock);
  const gateway = await (JUDGE ? launchProgram : launchHere)(clock, {
    DIGICERT_API_KEY: 'key',
    DIGICERT_BASE_URL: upstream.baseUrl,
    DIGICERT_TIMEOUT_MS: String(DEADLINE_MS),
    DIGICERT_CONCURRENCY: String(CONCURRENT_CALLS),
    DIGICERT_BREAKER_SECONDS: '60',
    ...(upstream.proxyUrl && { HTTP_PROXY: upstream.proxyUrl, HTTPS_PROXY: upstream.proxyUrl }),
    ...environment,
  });
  return {
    upstream,
    /** Calls the gateway for these orders at once. */
    call: async (orderIds: readonly string[]) => {
      const calls = Promise.all(orderIds.map((orderId) => call(gateway.url, orderId, clock)));
      if (manualClock && fault.takesTime) {
        await letTimePass(manualClock, upstream, calls);
      }
      return calls;
    },
    passDelay: () => manualClock?.advance(SHUTDOWN_DELAY_MS),
    close: async () => {
      await gateway.stop();
      await upstream.close();
    },
  };
}

interface Result {
  readonly calls: number;
  readonly responses: Awaited<ReturnType<typeof call>>[];
  /** Requests to resend that reached DigiCert for these calls. */
  readonly requests: number;
}

/** What happens around the calls. */
const SITUATIONS: Readonly<Record<string, (fault: Fault) => Promise<Result>>> = {
  alone: async (fault) => {
    const { upstream, call, close } = await start(fault);
    const responses = await call(takeOrders(1));
    await close();
    return { calls: 1, responses, requests: upstream.requests() };
  },

  '200 at once': async (fault) => {
    const { upstream, call, close } = await start(fault);
    if (JUDGE) {
      // A process that has just started is slow, and not what is judged. No order has this id.
      await call(Array(3 * CONCURRENT_CALLS).fill('x'));
    }
    const responses = await call(takeOrders(CONCURRENT_CALLS));
    await close();
    return { calls: CONCURRENT_CALLS, responses, requests: upstream.requests() };
  },

  'breaker open': async (fault) => {
    const { upstream, call, close } = await start(fault);
    const failing = fault.opensBreaker ? FAULTY_ORDERS : FAILING_ORDERS;
    await call(Array.from({ length: 10 }, (_, index) => failing[index % failing.length] ?? ''));
    const before = upstream.requests();
    const responses = await call(takeOrders(1));
    await close();
    return { calls: 1, responses, requests: upstream.requests() - before };
  },

  'during shutdown': async (fault) => {
    const { upstream, call, passDelay, close } = await start(fault, {
      SHUTDOWN_DELAY_MS: String(SHUTDOWN_DELAY_MS),
    });
    const closed = close();
    const responses = await call(takeOrders(1));
    passDelay();
    await closed;
    return { calls: 1, responses, requests: upstream.requests() };
  },
};

describe.each([...FAULTS, ...DIGICERT_FAULTS.map(byProxy)])('$name', (fault) => {
  const slowest: string[] = [];

  it.each(Object.entries(SITUATIONS))(
    '%s',
    async (situation, run) => {
      const { calls, responses, requests } = await run(fault);

      expect(responses).toHaveLength(calls);
      const isOpen = situation === 'breaker open';
      const allowed = isOpen ? [BREAKER_OPEN] : [fault.told];
      if (situation === '200 at once' && fault.opensBreaker) {
        allowed.push(BREAKER_OPEN);
      }
      expect(allowed).toEqual(
        expect.arrayContaining([...new Set(responses.map(({ told }) => told))]),
      );
      const sent = responses.filter(({ told }) => told !== BREAKER_OPEN).length;
      // What was not sent is tried again, until the breaker opens.
      const tried = fault.told === UNREACHABLE && !isOpen ? calls : sent;
      expect(requests).toBeLessThanOrEqual(tried * fault.requests);
      expect(requests).toBeGreaterThanOrEqual(isOpen ? 0 : countCertain(fault, sent));
      const slowestMs = Math.max(...responses.map(({ tookMs }) => tookMs));
      expect(slowestMs).toBeLessThanOrEqual(DEADLINE_MS + MAX_LATE_MS);
      slowest.push(`${(slowestMs / 1_000).toFixed(2)} s`);
    },
    PATIENCE_MS,
  );

  afterAll(() => {
    const { name, told, requests } = fault;
    if (FAULTS.includes(fault)) {
      rows.push([name, told, String(requests), ...slowest]);
    }
  });
});

/** Each call that made a request has made one. After a 429, others are refused without being tried. */
function countCertain({ told, requests }: Fault, sent: number): number {
  return told.startsWith('RateLimitedError') ? 1 : sent * Math.min(1, requests);
}

const rows: string[][] = [];

const DOC = join(__dirname, '..', '..', 'docs', 'reliability.md');

/** The document's table of the matrix: its rows between two marks. */
const TABLE = /(<!-- fault matrix -->\n)([\s\S]*?)(<!-- end -->)/;

describe('docs/reliability.md', () => {
  const head = ['Fault', 'Told', 'Requests per call', ...Object.keys(SITUATIONS)];

  it('has the results of the matrix', () => {
    const doc = readFileSync(DOC, 'utf8');
    expect(rows).toHaveLength(FAULTS.length);
    if (JUDGE) {
      const lines = [head, head.map(() => '---'), ...rows].map((row) => `| ${row.join(' | ')} |`);
      writeFileSync(DOC, doc.replace(TABLE, `$1\n${lines.join('\n')}\n\n$3`));
      return;
    }
    const table = TABLE.exec(doc)?.[2] ?? '';
    const documented = [...table.matchAll(/^\|(.*)\|$/gm)]
      .slice(2)
      .map(([, cells = '']) => cells.split('|', 3).map((cell) => cell.trim()));
    expect(documented).toEqual(rows.map((row) => row.slice(0, 3)));
  });
});
