// Closing answers what is in flight and then ends every connection, whatever state it is in.
import { once } from 'node:events';
import { connect } from 'node:net';
import { startGateway } from '../support/program';

const PATIENCE_MS = 20_000;

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

describe('SIGTERM', () => {
  it('answers the mutation in flight, and the process ends though its client keeps the connection', async () => {
    const { program, url } = await startGateway({ DIGICERT_TIMEOUT_MS: '1500' });
    const exited = once(program, 'exit');
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
    expect(await exited).toEqual([0, null]);
  });

  it('refuses what comes while it drains, in JSON, and does not wait for a client that is gone', async () => {
    const { program, url } = await startGateway({ DIGICERT_TIMEOUT_MS: '1500' });
    const exited = once(program, 'exit');
    const body = JSON.stringify({
      query: 'mutation { resendDvEmails(orderId: "1504") { __typename } }',
    });
    const hangs = `POST /graphql HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: ${body.length}\r\n\r\n${body}`;
    const [staying, leaving] = [
      connect(Number(new URL(url).port), '127.0.0.1'),
      connect(Number(new URL(url).port), '127.0.0.1'),
    ];
    let answered = '';
    staying.on('data', (chunk) => {
      answered += chunk;
    });
    leaving.on('error', () => {});
    staying.write(hangs);
    leaving.write(`${hangs}GET /livez HTTP/1.1\r\nHost: x\r\n\r\n`);
    await fetch(new URL('/livez', url));
    leaving.destroy();
    program.kill('SIGTERM');
    await waitUntilRefused(Number(new URL(url).port));
    staying.write('GET /livez HTTP/1.1\r\nHost: x\r\n\r\n');

    expect(await exited).toEqual([0, null]);
    expect(answered).toContain('ResendDvEmailsUpstreamError');
    expect(answered).toMatch(/503 Service Unavailable.*"code":"SERVICE_UNAVAILABLE"/s);
  });

  it.each([
    ['has sent nothing', ''],
    ['is half through its headers', 'POST /graphql HTTP/1.1\r\nHost: x\r\n'],
    ['waits for its next request', 'GET /livez HTTP/1.1\r\nHost: x\r\n\r\n'],
  ])(
    'ends a connection that %s',
    async (_name, bytes) => {
      const { program, url } = await startGateway();
      const exited = once(program, 'exit');
      const socket = connect(Number(new URL(url).port), '127.0.0.1');
      socket.on('error', () => {});
      await once(socket, 'connect');
      if (bytes !== '') {
        socket.write(bytes);
      }
      await fetch(new URL('/livez', url));
      program.kill('SIGTERM');

      expect(await exited).toEqual([0, null]);
    },
    PATIENCE_MS,
  );
});
