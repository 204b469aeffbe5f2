// Closing answers what is in flight and then ends every connection, whatever state it is in.
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { connect, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Answer, json } from '../../src/simulator/answers';
import { startSimulator } from '../../src/simulator/simulator';
import { loggedEvents, startGateway, waitForLine } from '../support/program';

const PATIENCE_MS = 20_000;

/** Events that tell of a start in front of the simulator. */
const STARTED = 2;

/** Resolves when nobody listens any more. */
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

const HANGS =
  'mutation { resendDvEmails(orderId: "1504") { ... on ResendDvEmailsUpstreamError { reason } } }';

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
    const { program, url } = await startGateway({
      DIGICERT_TIMEOUT_MS: '120000',
      SHUTDOWN_TIMEOUT_MS: '300',
    });
    const { closed } = program;
    // The second field has not been begun by then, and never is.
    const answer = post(
      url,
      `mutation {
        sent: resendDvEmails(orderId: "1504") { ...Reason }
        unsent: resendDvEmails(orderId: "1504") { ...Reason }
      }
      fragment Reason on ResendDvEmailsUpstreamError { reason emailsMayHaveBeenSent }`,
    );
    await fetch(new URL('/livez', url));
    program.kill('SIGTERM');

    expect(await (await answer).json()).toEqual({
      data: {
        sent: { reason: 'OUTCOME_UNKNOWN', emailsMayHaveBeenSent: true },
        unsent: { reason: 'UNREACHABLE', emailsMayHaveBeenSent: false },
      },
    });
    expect(await closed).toEqual([0, null]);
    const events = loggedEvents(program).slice(STARTED);
    expect(events.map(({ event, outcome }) => outcome ?? event)).toEqual([
      'gateway.stopping',
      'upstream-failed',
      'upstream-failed',
      'gateway.stopped',
    ]);
  });

  it(
    'waits for what takes longer than the ten seconds that Fastify gives its plugins',
    async () => {
      const { program, url } = await startGateway({ DIGICERT_TIMEOUT_MS: '11000' });
      const { closed } = program;
      const answer = post(url, HANGS);
      await fetch(new URL('/livez', url));
      program.kill('SIGTERM');

      expect(await (await answer).json()).toEqual({
        data: { resendDvEmails: { reason: 'OUTCOME_UNKNOWN' } },
      });
      expect(await closed).toEqual([0, null]);
      expect(loggedEvents(program).at(-1)).toMatchObject({ event: 'gateway.stopped' });
    },
    PATIENCE_MS,
  );

  it(
    'answers each of 500 mutations in flight',
    async () => {
      const simulator = await startSimulator({
        quota: [],
        account: {
          '5555': {
            summary: 'accepted a second later',
            resend: async (incoming) => {
              await incoming.receive();
              incoming.later(1_000, () => {
                incoming.send();
                incoming.response.writeHead(204).end();
              });
            },
          },
        },
      });
      const { program, url } = await startGateway({
        DIGICERT_API_KEY: 'key',
        DIGICERT_BASE_URL: simulator.baseUrl,
        DIGICERT_CONCURRENCY: '500',
      });
      const { closed } = program;
      const answers = Array.from({ length: 500 }, async () => {
        const response = await post(
          url,
          'mutation { resendDvEmails(orderId: "5555") { __typename } }',
        );
        const { data } = (await response.json()) as { data: { resendDvEmails: object } };
        return data.resendDvEmails;
      });
      while (simulator.requests.length < 500) {
        await fetch(simulator.outboxUrl);
      }
      program.kill('SIGTERM');

      expect(await Promise.all(answers)).toEqual(
        Array(500).fill({ __typename: 'ResendDvEmailsSuccess' }),
      );
      expect(await closed).toEqual([0, null]);
      expect(simulator.outbox).toHaveLength(500);
      await simulator.close();
    },
    PATIENCE_MS,
  );

  it('answers the mutation in flight, and the process ends though its client keeps the connection', async () => {
    const { program, url } = await startGateway({ DIGICERT_TIMEOUT_MS: '1500' });
    const { closed } = program;
    const answer = fetch(url, {
      method: 'POST',
      headers: { 'content-type': 'application/json', connection: 'keep-alive' },
      body: JSON.stringify({
        query:
          'mutation { resendDvEmails(orderId: "1504") { ... on ResendDvEmailsUpstreamError { reason } } }',
      }),
    });
    // A second call is answered while the first one hangs, so that one is in flight now.
    await fetch(new URL('/livez', url));
    program.kill('SIGTERM');

    expect(await (await answer).json()).toEqual({
      data: { resendDvEmails: { reason: 'OUTCOME_UNKNOWN' } },
    });
    expect(await closed).toEqual([0, null]);
  });

  it('refuses what comes while it drains, in JSON, and does not wait for a client that is gone', async () => {
    const { program, url } = await startGateway({ DIGICERT_TIMEOUT_MS: '1500' });
    const { closed } = program;
    const body = JSON.stringify({
      query: 'mutation { resendDvEmails(orderId: "1504") { __typename } }',
    });
    const hangs = `POST /graphql HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: ${body.length}\r\n\r\n${body}`;
    const [staying, leaving, late] = Array.from({ length: 3 }, () =>
      connect(Number(new URL(url).port), '127.0.0.1').on('error', () => {}),
    ) as [Socket, Socket, Socket];
    const answers = { staying: '', late: '' };
    staying.on('data', (chunk) => {
      answers.staying += chunk;
    });
    late.on('data', (chunk) => {
      answers.late += chunk;
    });
    staying.write(hangs);
    leaving.write(`${hangs}GET /livez HTTP/1.1\r\nHost: localhost\r\n\r\n`);
    late.write('GET /livez HTTP/1.1\r\nHost: localhost\r\n');
    await fetch(new URL('/livez', url));
    leaving.destroy();
    program.kill('SIGTERM');
    await waitUntilRefused(Number(new URL(url).port));
    late.write('\r\n');

    expect(await closed).toEqual([0, null]);
    expect(answers.staying).toContain('ResendDvEmailsUpstreamError');
    expect(answers.late).toMatch(/^HTTP\/1.1 503 .*"code":"SERVICE_UNAVAILABLE"/s);
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

describe('calls that wait, or whose callers are gone', () => {
  /** A gateway in front of a simulator whose order 5555 is answered like that. */
  async function startInFront(resend: Answer, env: Record<string, string>) {
    const simulator = await startSimulator({
      quota: [],
      account: { '5555': { summary: 'x', resend } },
    });
    const { program, url } = await startGateway({
      DIGICERT_API_KEY: 'key',
      DIGICERT_BASE_URL: simulator.baseUrl,
      ...env,
    });
    const arrived = async () => {
      while (simulator.requests.length === 0) {
        await fetch(simulator.outboxUrl);
      }
    };
    const completed = () =>
      loggedEvents(program).filter(({ event }) => event === 'resend.completed');
    return { simulator, program, url, arrived, completed };
  }

  const QUERY =
    'mutation { resendDvEmails(orderId: "5555") { __typename ... on ResendDvEmailsRateLimitedError { scope } } }';
  const laterAccepted: Answer = async (incoming) => {
    await incoming.receive();
    incoming.later(700, () => {
      incoming.send();
      incoming.response.writeHead(204).end();
    });
  };

  it('one that waits out a 429 is told of it when the time is up', async () => {
    const { simulator, program, url, arrived, completed } = await startInFront(
      json(429, { errors: [{ code: 'request_limit_exceeded' }] }, { 'Retry-After': '60' }),
      {
        DIGICERT_TIMEOUT_MS: '120000',
        DIGICERT_QUOTA_WAIT_MS: '120000',
        SHUTDOWN_TIMEOUT_MS: '300',
      },
    );
    const answer = post(url, QUERY);
    await arrived();
    program.kill('SIGTERM');

    expect(await (await answer).json()).toEqual({
      data: {
        resendDvEmails: { __typename: 'ResendDvEmailsRateLimitedError', scope: 'DIGICERT' },
      },
    });
    expect(await program.closed).toEqual([0, null]);
    expect(completed()).toEqual([expect.objectContaining({ upstreamAttempts: 1 })]);
    await simulator.close();
  });

  it('one whose client hung up goes on to its end, and is audited', async () => {
    const { simulator, program, url, arrived, completed } = await startInFront(laterAccepted, {});
    const hangUp = new AbortController();
    const answer = fetch(url, {
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
    await expect(answer).rejects.toThrow();
    program.kill('SIGTERM');

    expect(await program.closed).toEqual([0, null]);
    expect(completed().map(({ orderId, outcome }) => [orderId, outcome])).toEqual([
      ['5555', 'accepted'],
      ['05555', 'order-not-found'],
    ]);
    await simulator.close();
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

/** A gateway that runs a statement on SIGUSR2, where nobody catches what comes of it. */
async function startFaulty(statement: string, environment: Record<string, string> = {}) {
  const folder = mkdtempSync(join(tmpdir(), 'crash-'));
  const hook = join(folder, 'hook.cjs');
  writeFileSync(hook, `process.on('SIGUSR2', () => { ${statement} });`);
  try {
    return await startGateway({
      DIGICERT_TIMEOUT_MS: '1000',
      NODE_OPTIONS: `--require ${hook}`,
      ...environment,
    });
  } finally {
    rmSync(folder, { recursive: true });
  }
}

describe('an error that nobody foresaw', () => {
  it('ends the process with 1 also when it was stopping already', async () => {
    const { program, url } = await startFaulty(`throw new Error('boom');`);
    const answer = post(url, HANGS);
    await fetch(new URL('/livez', url));
    program.kill('SIGTERM');
    await waitForLine(program, /gateway\.stopping/);
    program.kill('SIGUSR2');

    expect((await answer).status).toBe(200);
    expect(await program.closed).toEqual([1, null]);
  });

  it.each(['null', 'undefined', '"text"', '{}'])(
    'ends the process with 1 and is logged, also when what is thrown is %s; the first signal after it ends nothing',
    async (thrown) => {
      const { program, url } = await startFaulty(`throw ${thrown};`, {
        SHUTDOWN_DELAY_MS: '60000',
      });
      const answer = post(url, HANGS);
      await fetch(new URL('/livez', url));
      program.kill('SIGUSR2');
      await waitForLine(program, /gateway\.crashed/);
      program.kill('SIGTERM');

      expect(await (await answer).json()).toEqual({
        data: { resendDvEmails: { reason: 'OUTCOME_UNKNOWN' } },
      });
      expect(await program.closed).toEqual([1, null]);
    },
  );

  it('is logged, what is in flight is answered, and the process ends with 1', async () => {
    const { program, url } = await startFaulty(
      `throw Object.assign(new Error('boom'), { command: { args: ['a-secret'] } });`,
      { DIGICERT_TIMEOUT_MS: '1500' },
    );
    const { closed } = program;
    const answer = post(url, HANGS);
    await fetch(new URL('/livez', url));
    program.kill('SIGUSR2');

    expect(await (await answer).json()).toEqual({
      data: { resendDvEmails: { reason: 'OUTCOME_UNKNOWN' } },
    });
    expect(await closed).toEqual([1, null]);
    const events = loggedEvents(program).slice(STARTED);
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
      expect(loggedEvents(program).slice(STARTED)).toEqual([
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
    expect(loggedEvents(program).slice(STARTED)).toHaveLength(1);
  });
});
