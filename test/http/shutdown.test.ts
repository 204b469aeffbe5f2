// Closing answers what is in flight and then ends every connection, in every state.
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { connect, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { accept, json, type Responder, resetAfterBody } from '../../src/simulator/responders';
import { startSimulator } from '../../src/simulator/simulator';
import { closeLater } from '../support/close-later';
import { createDeferred } from '../support/deferred';
import { loggedEvents, type Program, startGateway, waitForLine } from '../support/program';

const PATIENCE_MS = 20_000;

function eventsSinceStart(program: Program) {
  const events = loggedEvents(program);
  return events.slice(1 + events.findIndex(({ event }) => event === 'gateway.started'));
}

/** Resolves when no server listens any more. */
async function waitUntilRefused(port: number): Promise<void> {
  for (;;) {
    const socket = connect(port, '127.0.0.1');
    try {
      await once(socket, 'connect');
      socket.destroy();
    } catch {
      return;
    }
  }
}

function post(url: string, query: string): Promise<Response> {
  return fetch(url, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ query }),
  });
}

const RESEND =
  'mutation { resendDvEmails(orderId: "5555") { ... on ResendDvEmailsUpstreamError { reason } } }';

/** A simulator whose order 5555 is answered when the test says so; by default the connection is cut then. */
async function startHeld(responder: Responder = resetAfterBody) {
  const held = createDeferred();
  const simulator = await startSimulator({
    quota: [],
    account: {
      '5555': {
        summary: 'held',
        resend: async (incoming) => {
          await held.promise;
          await responder(incoming);
        },
      },
    },
  });
  closeLater(() => simulator.close());
  return {
    simulator,
    release: held.resolve,
    env: { DIGICERT_API_KEY: 'key', DIGICERT_BASE_URL: simulator.baseUrl },
    /** Resolves when so many requests are held. */
    arrived: async (count = 1) => {
      while (simulator.requests.length < count) {
        await fetch(simulator.outboxUrl);
      }
    },
  };
}

describe('SIGTERM', () => {
  it('first makes the instance not ready, and goes on taking requests until the load balancer knows', async () => {
    const { program, url } = await startGateway({ SHUTDOWN_DELAY_MS: '60000' });
    const stopping = waitForLine(program, /gateway\.stopping/);
    program.kill('SIGTERM');
    await stopping;

    const readiness = await fetch(new URL('/readyz', url));
    expect(readiness.status).toBe(503);
    expect(await readiness.json()).toEqual({
      status: 'stopping',
      breaker: 'closed',
      limits: 'memory',
    });
    expect((await fetch(new URL('/livez', url))).status).toBe(200);
    expect(
      await (await post(url, 'mutation { resendDvEmails(orderId: "1001") { __typename } }')).json(),
    ).toEqual({ data: { resendDvEmails: { __typename: 'ResendDvEmailsSuccess' } } });
  });

  it('ends the process at once when it comes a second time', async () => {
    const { program } = await startGateway({ SHUTDOWN_DELAY_MS: '60000' });
    const stopping = waitForLine(program, /gateway\.stopping/);
    const { closed } = program;
    program.kill('SIGTERM');
    await stopping;
    program.kill('SIGTERM');

    expect(await closed).toEqual([1, null]);
  });

  it('answers what is in flight with what is known when the time for that is up', async () => {
    const { env, arrived } = await startHeld();
    const { program, url } = await startGateway({
      ...env,
      DIGICERT_TIMEOUT_MS: '120000',
      SHUTDOWN_TIMEOUT_MS: '300',
    });
    const { closed } = program;
    // The second field has not been begun by then, and never is.
    const response = post(
      url,
      `mutation {
        sent: resendDvEmails(orderId: "5555") { ...Reason }
        unsent: resendDvEmails(orderId: "5555") { ...Reason }
      }
      fragment Reason on ResendDvEmailsUpstreamError { reason emailsMayHaveBeenSent }`,
    );
    await arrived();
    program.kill('SIGTERM');

    expect(await (await response).json()).toEqual({
      data: {
        sent: { reason: 'OUTCOME_UNKNOWN', emailsMayHaveBeenSent: true },
        unsent: { reason: 'UNREACHABLE', emailsMayHaveBeenSent: false },
      },
    });
    expect(await closed).toEqual([0, null]);
    const events = eventsSinceStart(program);
    expect(events.map(({ event, outcome }) => outcome ?? event)).toEqual([
      'gateway.stopping',
      'upstream-failed',
      'upstream-failed',
      'gateway.stopped',
    ]);
  });

  it('answers all requests on one connection, and closes it with the last', async () => {
    const { env, arrived, release } = await startHeld(accept);
    const { program, url } = await startGateway({ ...env, SHUTDOWN_DELAY_MS: '60000' });
    const socket = connect(Number(new URL(url).port), '127.0.0.1').setEncoding('latin1');
    const query = 'mutation { resendDvEmails(orderId: "5555") { __typename } }';
    const body = JSON.stringify({ query });
    const head = 'POST /graphql HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n';
    const stopping = waitForLine(program, /gateway\.stopping/);
    socket.write(`${head}Content-Length: ${body.length}\r\n\r\n${body}`.repeat(2));
    await arrived();
    program.kill('SIGTERM');
    await stopping;
    release();

    const responses = (await socket.toArray()).join('');

    expect(responses.match(/HTTP\/1\.1 200 OK/g)).toHaveLength(2);
    expect(responses.match(/connection: \S+/gi)).toEqual([
      'Connection: keep-alive',
      'connection: close',
    ]);
  });

  it(
    'answers each of 500 mutations in flight',
    async () => {
      const { simulator, env, arrived, release } = await startHeld(accept);
      const { program, url } = await startGateway({ ...env, DIGICERT_CONCURRENCY: '500' });
      const { closed } = program;
      const responses = Array.from({ length: 500 }, async () => {
        const response = await post(
          url,
          'mutation { resendDvEmails(orderId: "5555") { __typename } }',
        );
        const { data } = (await response.json()) as { data: { resendDvEmails: object } };
        return data.resendDvEmails;
      });
      await arrived(500);
      const stopping = waitForLine(program, /gateway\.stopping/);
      program.kill('SIGTERM');
      await stopping;
      release();

      expect(await Promise.all(responses)).toEqual(
        Array(500).fill({ __typename: 'ResendDvEmailsSuccess' }),
      );
      expect(await closed).toEqual([0, null]);
      expect(simulator.outbox).toHaveLength(500);
    },
    PATIENCE_MS,
  );

  it('answers the mutation in flight, and the process ends though its client keeps the connection', async () => {
    const { env, arrived, release } = await startHeld();
    const { program, url } = await startGateway(env);
    const { closed } = program;
    const response = fetch(url, {
      method: 'POST',
      headers: { 'content-type': 'application/json', connection: 'keep-alive' },
      body: JSON.stringify({ query: RESEND }),
    });
    await arrived();
    const stopping = waitForLine(program, /gateway\.stopping/);
    program.kill('SIGTERM');
    await stopping;
    release();

    expect(await (await response).json()).toEqual({
      data: { resendDvEmails: { reason: 'OUTCOME_UNKNOWN' } },
    });
    expect(await closed).toEqual([0, null]);
  });

  it('refuses what comes while it drains, in JSON, and does not wait for a client that has disconnected', async () => {
    const { env, arrived, release } = await startHeld();
    const { program, url } = await startGateway(env);
    const { closed } = program;
    const body = JSON.stringify({
      query: 'mutation { resendDvEmails(orderId: "5555") { __typename } }',
    });
    const hangs = `POST /graphql HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: ${body.length}\r\n\r\n${body}`;
    const [staying, leaving, late] = Array.from({ length: 3 }, () =>
      connect(Number(new URL(url).port), '127.0.0.1').on('error', () => {}),
    ) as [Socket, Socket, Socket];
    const responses = { staying: '', late: '' };
    staying.on('data', (chunk) => {
      responses.staying += chunk;
    });
    late.on('data', (chunk) => {
      responses.late += chunk;
    });
    staying.write(hangs);
    leaving.write(`${hangs}GET /livez HTTP/1.1\r\nHost: localhost\r\n\r\n`);
    // A page of another origin has to be able to read that nothing was sent.
    late.write(
      'GET /livez HTTP/1.1\r\nHost: localhost\r\nOrigin: https://studio.apollographql.com\r\nAccept: application/graphql-response+json\r\n',
    );
    await arrived(2);
    leaving.destroy();
    program.kill('SIGTERM');
    await waitUntilRefused(Number(new URL(url).port));
    late.write('\r\n');
    await once(late, 'end');
    release();

    expect(await closed).toEqual([0, null]);
    expect(responses.staying).toContain('ResendDvEmailsUpstreamError');
    expect(responses.late).toMatch(/^HTTP\/1.1 503 .*"code":"SERVICE_UNAVAILABLE"/s);
    expect(responses.late).toMatch(/^access-control-allow-origin: https:\/\/studio/im);
    expect(responses.late).toMatch(/^content-type: application\/graphql-response\+json;/im);
  });

  it.each([
    ['has sent nothing', ''],
    ['is half through its headers', 'POST /graphql HTTP/1.1\r\nHost: localhost\r\n'],
    ['waits for its next request', 'GET /livez HTTP/1.1\r\nHost: localhost\r\n\r\n'],
  ])(
    'ends a connection that %s',
    async (_name, bytes) => {
      const { program, url } = await startGateway();
      const { closed } = program;
      const socket = connect(Number(new URL(url).port), '127.0.0.1');
      socket.on('error', () => {});
      await once(socket, 'connect');
      if (bytes !== '') {
        socket.write(bytes);
      }
      await fetch(new URL('/livez', url));
      program.kill('SIGTERM');

      expect(await closed).toEqual([0, null]);
    },
    PATIENCE_MS,
  );
});

describe('calls that wait, or whose callers have disconnected', () => {
  const QUERY =
    'mutation { resendDvEmails(orderId: "5555") { __typename ... on ResendDvEmailsRateLimitedError { scope } } }';
  const completed = (program: Program) =>
    loggedEvents(program).filter(({ event }) => event === 'resend.completed');

  it('one that waits out a 429 gets it when the time is up', async () => {
    const { env, arrived, release } = await startHeld(
      json(429, { errors: [{ code: 'request_limit_exceeded' }] }, { 'Retry-After': '60' }),
    );
    release();
    const { program, url } = await startGateway({
      ...env,
      DIGICERT_TIMEOUT_MS: '120000',
      DIGICERT_QUOTA_WAIT_MS: '120000',
      SHUTDOWN_TIMEOUT_MS: '300',
    });
    const response = post(url, QUERY);
    await arrived();
    program.kill('SIGTERM');

    expect(await (await response).json()).toEqual({
      data: {
        resendDvEmails: { __typename: 'ResendDvEmailsRateLimitedError', scope: 'DIGICERT' },
      },
    });
    expect(await program.closed).toEqual([0, null]);
    expect(completed(program)).toEqual([expect.objectContaining({ upstreamAttempts: 1 })]);
  });

  it('one whose client hung up goes on to its end, and is audited', async () => {
    const { env, arrived, release } = await startHeld(accept);
    const { program, url } = await startGateway(env);
    const hangUp = new AbortController();
    const response = fetch(url, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      // The second field begins when the first one has ended.
      body: JSON.stringify({
        query:
          'mutation { a: resendDvEmails(orderId: "5555") { __typename } b: resendDvEmails(orderId: "05555") { __typename } }',
      }),
      signal: hangUp.signal,
    });
    await arrived();
    hangUp.abort();
    await expect(response).rejects.toThrow();
    const stopping = waitForLine(program, /gateway\.stopping/);
    program.kill('SIGTERM');
    await stopping;
    release();

    expect(await program.closed).toEqual([0, null]);
    expect(completed(program).map(({ orderId, outcome }) => [orderId, outcome])).toEqual([
      ['5555', 'accepted'],
      ['05555', 'order-not-found'],
    ]);
  });

  it('answers say that their connection ends, from the signal on', async () => {
    const { program, url } = await startGateway({ SHUTDOWN_DELAY_MS: '60000' });
    expect((await fetch(new URL('/livez', url))).headers.get('connection')).toBe('keep-alive');
    program.kill('SIGTERM');
    await waitForLine(program, /gateway\.stopping/);

    expect((await fetch(new URL('/livez', url))).headers.get('connection')).toBe('close');
    expect((await post(url, QUERY)).headers.get('connection')).toBe('close');
  });
});

/** A gateway that runs a statement on SIGUSR2, where no handler catches its errors. */
async function startFaulty(statement: string, environment: Record<string, string> = {}) {
  const folder = mkdtempSync(join(tmpdir(), 'crash-'));
  const hook = join(folder, 'hook.cjs');
  writeFileSync(hook, `process.on('SIGUSR2', () => { ${statement} });`);
  try {
    return await startGateway({ NODE_OPTIONS: `--require ${hook}`, ...environment });
  } finally {
    rmSync(folder, { recursive: true });
  }
}

describe('an unexpected error', () => {
  it('ends the process with 1 also when it was stopping already', async () => {
    const { env, arrived, release } = await startHeld();
    const { program, url } = await startFaulty(`throw new Error('boom');`, env);
    const response = post(url, RESEND);
    await arrived();
    program.kill('SIGTERM');
    await waitForLine(program, /gateway\.stopping/);
    program.kill('SIGUSR2');
    await waitForLine(program, /gateway\.crashed/);
    release();

    expect((await response).status).toBe(200);
    expect(await program.closed).toEqual([1, null]);
  });

  it.each(['null', 'undefined', '"text"', '{}'])(
    'ends the process with 1 and is logged, also when what is thrown is %s; the first signal after it ends nothing',
    async (thrown) => {
      const { env, arrived, release } = await startHeld();
      const { program, url } = await startFaulty(`throw ${thrown};`, {
        ...env,
        SHUTDOWN_DELAY_MS: '60000',
      });
      const response = post(url, RESEND);
      await arrived();
      program.kill('SIGUSR2');
      await waitForLine(program, /gateway\.crashed/);
      program.kill('SIGTERM');
      await waitUntilRefused(Number(new URL(url).port));
      release();

      expect(await (await response).json()).toEqual({
        data: { resendDvEmails: { reason: 'OUTCOME_UNKNOWN' } },
      });
      expect(await program.closed).toEqual([1, null]);
    },
  );

  it('is logged, what is in flight is answered, and the process ends with 1', async () => {
    const { env, arrived, release } = await startHeld();
    const { program, url } = await startFaulty(
      `throw Object.assign(new Error('boom'), { command: { args: ['a-secret'] } });`,
      env,
    );
    const { closed } = program;
    const response = post(url, RESEND);
    await arrived();
    program.kill('SIGUSR2');
    await waitForLine(program, /gateway\.crashed/);
    release();

    expect(await (await response).json()).toEqual({
      data: { resendDvEmails: { reason: 'OUTCOME_UNKNOWN' } },
    });
    expect(await closed).toEqual([1, null]);
    const events = eventsSinceStart(program);
    expect(events.map(({ event }) => event)).toEqual([
      'gateway.crashed',
      'resend.completed',
      'gateway.stopped',
    ]);
    expect(events[0]).toMatchObject({ level: 60, err: { type: 'Error', message: 'boom' } });
    expect(JSON.stringify(events)).not.toContain('a-secret');
  });
});

describe('a rejection that nothing awaits', () => {
  it.each(["new Error('boom')", 'null', '"text"'])(
    'is logged and counted, and the gateway goes on: %s',
    async (reason) => {
      const {
        program,
        url,
        metricsUrl = '',
      } = await startFaulty(`Promise.reject(${reason});`, {
        METRICS_PORT: '0',
      });
      program.kill('SIGUSR2');
      await waitForLine(program, /gateway\.rejection-unhandled/);

      expect((await fetch(new URL('/readyz', url))).status).toBe(200);
      expect(eventsSinceStart(program)).toEqual([
        expect.objectContaining({ level: 50, event: 'gateway.rejection-unhandled', omitted: 0 }),
      ]);
      const metrics = await (await fetch(metricsUrl)).text();
      expect(metrics).toContain('dv_email_gateway_unhandled_rejections_total 1');
      expect(program.exitCode).toBeNull();
    },
  );

  it('fills no log: of a thousand at once one is logged, and all are counted', async () => {
    const { program, metricsUrl = '' } = await startFaulty(
      'for (let i = 0; i < 1000; i += 1) { Promise.reject(i); }',
      { METRICS_PORT: '0' },
    );
    program.kill('SIGUSR2');
    await waitForLine(program, /gateway\.rejection-unhandled/);

    const metrics = await (await fetch(metricsUrl)).text();
    expect(metrics).toContain('dv_email_gateway_unhandled_rejections_total 1000');
    expect(eventsSinceStart(program)).toHaveLength(1);
  });
});

/** A stop with a call in flight that takes eleven seconds. */
async function stopSlowly() {
  const { program, url } = await startGateway({ DIGICERT_TIMEOUT_MS: '11000' });
  const response = post(url, RESEND.replace('5555', '1504'));
  await fetch(new URL('/livez', url));
  program.kill('SIGTERM');
  return {
    response: await (await response).json(),
    ended: await program.closed,
    events: loggedEvents(program),
  };
}

/** Begins before the tests, and is checked by the last one. */
let slowStop: ReturnType<typeof stopSlowly>;

beforeAll(() => {
  slowStop = stopSlowly();
  slowStop.catch(() => {});
});

describe('SIGTERM with a slow call in flight', () => {
  it(
    'waits for what takes longer than the ten seconds that Fastify gives its plugins',
    async () => {
      const { response, ended, events } = await slowStop;

      expect(response).toEqual({ data: { resendDvEmails: { reason: 'OUTCOME_UNKNOWN' } } });
      expect(ended).toEqual([0, null]);
      expect(events.at(-1)).toMatchObject({ event: 'gateway.stopped' });
    },
    PATIENCE_MS,
  );
});
