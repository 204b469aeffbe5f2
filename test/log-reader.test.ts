// The reader of the log goes away: what cannot be logged is not sent. A real process, and a pipe without a reader.
import { once } from 'node:events';
import { startGateway, waitForLine } from './support/program';

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

async function start() {
  const { program, url } = await startGateway();
  const { outboxUrl } = JSON.parse(await waitForLine(program, /simulator\.in-use/));
  return {
    program,
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
    sent: async () =>
      ((await (await fetch(outboxUrl)).json()) as { orderId: string }[]).map(
        ({ orderId }) => orderId,
      ),
  };
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
    'Standard output has no reader any more: nothing is sent that could not be logged. Restart the gateway.\n',
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
