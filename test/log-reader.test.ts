// The log cannot be written: what cannot be logged is not sent. A real process, with a pipe that is not read or a full disk.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, openSync } from 'node:fs';
import { join } from 'node:path';
import { startSimulator } from '../src/simulator/simulator';
import { closeLater } from './support/close-later';
import { findFreePort } from './support/free-port';
import { NO_LIMITS } from './support/no-limits';
import { loggedEvents, startGateway, waitForLine } from './support/program';

const MUTATION = `mutation {
  a: resendDvEmails(orderId: "1001") { __typename }
  b: resendDvEmails(orderId: "1006") { __typename }
  c: resendDvEmails(orderId: "1001") { __typename }
}`;

const UNAVAILABLE = {
  message:
    'This instance cannot log what it does, so nothing was sent: send the request again, to another one.',
  extensions: { code: 'SERVICE_UNAVAILABLE', correlationId: 'test' },
};

const RESEND = 'mutation { resendDvEmails(orderId: "1001") { __typename } }';

function callsTo(url: string) {
  return {
    get: async (path: string) => {
      const response = await fetch(new URL(path, url));
      return { status: response.status, body: await response.json() };
    },
    post: async (query: string) => {
      const response = await fetch(url, {
        method: 'POST',
        headers: { 'content-type': 'application/json', 'x-request-id': 'test' },
        body: JSON.stringify({ query }),
      });
      return { status: response.status, body: await response.json() };
    },
  };
}

async function start() {
  const { program, url } = await startGateway();
  const { outboxUrl } = JSON.parse(await waitForLine(program, /simulator\.in-use/));
  return {
    program,
    ...callsTo(url),
    sent: async () =>
      ((await (await fetch(outboxUrl)).json()) as { orderId: string }[]).map(
        ({ orderId }) => orderId,
      ),
  };
}

/** What a path says once it is served, and with this status. */
async function waitFor({ get }: ReturnType<typeof callsTo>, path: string, status: number) {
  for (;;) {
    const response = await get(path).catch(() => undefined);
    if (response?.status === status) {
      return response;
    }
  }
}

it('sends nothing after the call that could not be logged, is not ready, and says so once', async () => {
  const { program, get, post, sent } = await start();
  program.stdout.destroy();

  const first = await post(MUTATION);

  expect(first).toEqual({
    status: 200,
    body: {
      data: { a: { __typename: 'ResendDvEmailsSuccess' }, b: null, c: null },
      errors: ['b', 'c'].map((path) => ({
        ...UNAVAILABLE,
        path: [path],
        locations: [expect.anything()],
      })),
    },
  });
  expect(await post(MUTATION)).toEqual({ status: 503, body: { errors: [UNAVAILABLE] } });
  expect(await post('{ certificateOrder(id: "1001") { id } }')).toMatchObject({ status: 503 });
  expect(await get('/readyz')).toEqual({
    status: 503,
    body: { status: 'log-unread', breaker: 'closed', limits: 'memory' },
  });
  expect(await get('/livez')).toMatchObject({ status: 200 });
  expect(await sent()).toEqual(['1001']);

  program.kill('SIGTERM');
  expect(await once(program, 'exit')).toEqual([0, null]);
  expect(program.printed().stderr).toBe(
    'Standard output has no reader any more: nothing is sent that could not be logged. Restart the gateway.\n' +
      'Standard output could not be written to the end. Lines lost: 3.\n',
  );
});

it('does the same where standard error has no reader either', async () => {
  const { program, get, post, sent } = await start();
  program.stdout.destroy();
  program.stderr.destroy();

  await post(MUTATION);

  expect(await get('/readyz')).toMatchObject({ status: 503 });
  expect(await sent()).toEqual(['1001']);
});

it('waits for a reader that has stopped reading, but not without end, and loses no line', async () => {
  const simulator = await startSimulator({ quota: [] });
  closeLater(() => simulator.close());
  const { program, url } = await startGateway({
    DIGICERT_API_KEY: 'key',
    DIGICERT_BASE_URL: simulator.baseUrl,
  });
  const { get, post } = callsTo(url);
  const accepted = { data: { resendDvEmails: { __typename: 'ResendDvEmailsSuccess' } } };
  program.stdout.pause();

  let calls = 0;
  let response = await post(RESEND);
  for (; response.status === 200; response = await post(RESEND)) {
    expect(response.body).toEqual(accepted);
    calls += 1;
  }

  expect(response).toEqual({ status: 503, body: { errors: [UNAVAILABLE] } });
  expect(await get('/readyz')).toMatchObject({ status: 503, body: { status: 'log-unread' } });
  expect(await get('/livez')).toMatchObject({ status: 200 });
  expect(simulator.outbox).toHaveLength(calls);

  program.stdout.resume();
  await waitFor({ get, post }, '/readyz', 200);
  expect(await post(RESEND)).toEqual({ status: 200, body: accepted });
  program.kill('SIGTERM');
  await program.closed;
  const lines = loggedEvents(program).filter(({ event }) => event === 'resend.completed');
  expect(lines).toHaveLength(calls + 1);
  expect(program.printed().stderr).toBe(
    'The reader of standard output is behind: nothing is sent until it has caught up.\n' +
      'Standard output is written again. Lines lost: 0.\n',
  );
}, 60_000);

it('sends nothing where the disk of the log is full, and says why', async () => {
  const simulator = await startSimulator();
  closeLater(() => simulator.close());
  const port = await findFreePort();
  const fullDisk = openSync('/dev/full', 'w');
  const program = spawn(process.execPath, [join(__dirname, '..', 'dist', 'main.js')], {
    env: {
      ...NO_LIMITS,
      PORT: port,
      // An outage comes before credentials are checked: a refusal would be a line too.
      ROUTER_SECRET: 'a-secret-that-the-call-lacks-0123456789',
      DIGICERT_API_KEY: 'key',
      DIGICERT_BASE_URL: simulator.baseUrl,
    },
    stdio: ['ignore', fullDisk, 'pipe'],
  });
  closeLater(() => program.kill('SIGKILL'));
  closeSync(fullDisk);
  const printed = program.stderr?.setEncoding('utf8').toArray() ?? [];
  const calls = callsTo(`http://127.0.0.1:${port}/graphql`);

  expect(await waitFor(calls, '/readyz', 503)).toMatchObject({ body: { status: 'log-unread' } });
  expect(await calls.post(RESEND)).toEqual({ status: 503, body: { errors: [UNAVAILABLE] } });
  expect(simulator.requests).toEqual([]);

  program.kill('SIGTERM');
  expect((await printed).join('')).toBe(
    'Standard output cannot be written (ENOSPC): nothing is sent that could not be logged.\n' +
      'Standard output could not be written to the end. Lines lost: 3.\n',
  );
});

it('writes what it kept before it ends, if the reader goes on', async () => {
  const simulator = await startSimulator({ quota: [] });
  closeLater(() => simulator.close());
  const { program, url } = await startGateway({
    DIGICERT_API_KEY: 'key',
    DIGICERT_BASE_URL: simulator.baseUrl,
    DIGICERT_CONCURRENCY: '1500',
  });
  const calls = callsTo(url);
  program.stdout.pause();
  const responses = Array.from({ length: 1_500 }, () => calls.post(RESEND));
  await waitFor(calls, '/readyz', 503);
  await Promise.all(responses);

  program.kill('SIGTERM');
  program.stdout.resume();
  expect(await program.closed).toEqual([0, null]);

  const logged = loggedEvents(program);
  expect(logged.filter(({ outcome }) => outcome === 'accepted')).toHaveLength(
    simulator.outbox.length,
  );
  expect(logged.at(-1)).toMatchObject({ event: 'gateway.stopped' });
}, 60_000);
