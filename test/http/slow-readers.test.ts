// A client that reads slowly while the server closes, over a socket of the file system: its buffers are small.
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import Fastify from 'fastify';
import { rejectConnectAndExpect } from '../../src/http/http-errors';
import { PendingResponses } from '../../src/http/pending-responses';
import { registerShutdown } from '../../src/http/shutdown';
import { createLog } from '../../src/telemetry/log';
import { closeLater } from '../support/close-later';
import { settle } from '../support/settle';

/** Fits into no buffer of the connection. */
const LONG = 'x'.repeat(3_000_000);

const GET = 'GET / HTTP/1.1\r\nHost: localhost\r\n\r\n';

/** A server whose response is written, to a client that has not read it. */
async function startUnread(requests: string) {
  const folder = mkdtempSync(join(tmpdir(), 'server-'));
  closeLater(() => rmSync(folder, { recursive: true }));
  const server = Fastify();
  const pendingResponses = new PendingResponses();
  registerShutdown(server, pendingResponses, {
    drainTimeoutMs: 1_000,
    isStopping: () => false,
    log: createLog('silent'),
  });
  rejectConnectAndExpect(server.server, pendingResponses, []);
  server.get('/', async () => LONG);
  const path = join(folder, 'socket');
  await server.listen({ path });
  const socket = connect(path).pause().setEncoding('latin1');
  socket.on('error', () => {});
  socket.write(requests);
  await once(server.server, 'request');
  await settle();
  return { server, socket };
}

it('gets the response that was written before', async () => {
  const { server, socket } = await startUnread(GET);

  const closed = server.close();
  const received = (await socket.toArray()).join('');

  expect(received).toMatch(/^HTTP\/1\.1 200 OK\r\n/);
  expect(received.endsWith(LONG)).toBe(true);
  await closed;
});

it('does not keep the server from closing after its time, not even by asking for a tunnel', async () => {
  const { server, socket } = await startUnread(
    `${GET}CONNECT a:1 HTTP/1.1\r\nHost: localhost\r\n\r\n`,
  );

  await server.close();

  socket.resume();
  await once(socket, 'close');
});
