// Connections between two requests: how long they are kept, and how many.
import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { startGateway } from '../support/program';

/** Of `src/http/connection-bound.ts`. */
const MAX_CONNECTIONS = 5_000;

/** How many are opened at a time: a queue of the system's holds those that are not accepted yet. */
const BATCH = 100;

const toRequest = (query: string) => {
  const body = JSON.stringify({ query });
  return `POST /graphql HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: ${body.length}\r\n\r\n${body}`;
};
const GOOD = toRequest('{ __typename }');
const HANGING = toRequest(
  'mutation { resendDvEmails(orderId: "1504") { ... on ResendDvEmailsUpstreamError { reason } } }',
);

async function open(url: string): Promise<Socket> {
  const socket = connect(Number(new URL(url).port), '127.0.0.1').on('error', () => {});
  await once(socket, 'connect');
  return socket;
}

async function ask(socket: Socket, request = GOOD): Promise<string> {
  socket.write(request);
  const [response] = await once(socket, 'data');
  return String(response);
}

describe('an idle connection', () => {
  it('is kept for longer than the load balancer keeps it that waits longest', async () => {
    const { url } = await startGateway();

    const response = await ask(await open(url));

    expect(response).toMatch(/^Keep-Alive: timeout=620\r$/im);
  });

  it('is closed after KEEP_ALIVE_TIMEOUT_MS', async () => {
    const { url } = await startGateway({ KEEP_ALIVE_TIMEOUT_MS: '1000' });
    const socket = await open(url);

    const response = await ask(socket);

    expect(response).toMatch(/^Keep-Alive: timeout=1\r$/im);
    await once(socket, 'close');
  });
});

describe('the bound on connections', () => {
  it('closes those that are idle longest, none that waits for a response, and lets each new one in', async () => {
    const { url } = await startGateway({ DIGICERT_TIMEOUT_MS: '4000' });
    const waiting = await open(url);
    const response = ask(waiting, HANGING);
    const silent = await open(url);
    const idle = await open(url);
    await ask(idle);
    const used = await open(url);
    await ask(used);
    await ask(idle);
    const others: Socket[] = [];
    while (others.length < MAX_CONNECTIONS - 4) {
      const missing = Math.min(BATCH, MAX_CONNECTIONS - 4 - others.length);
      others.push(...(await Promise.all(Array.from({ length: missing }, () => open(url)))));
    }

    const inOrder = [silent, used, idle];
    expect([waiting, ...inOrder, ...others].filter(({ closed }) => closed)).toEqual([]);
    for (const [index, socket] of inOrder.entries()) {
      const closed = once(socket, 'close');
      expect(await ask(await open(url))).toContain('{"data":{"__typename":"Query"}}');
      await closed;
      const left = [...inOrder.slice(index + 1), ...others];
      expect(left.filter((other) => other.closed)).toEqual([]);
    }
    expect(await response).toContain('OUTCOME_UNKNOWN');
    for (const socket of others) {
      socket.destroy();
    }
  }, 60_000);
});
