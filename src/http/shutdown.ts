// Closing the server: nothing new is taken, what is in flight is answered within a bound, and then every
// connection ends.
import net from 'node:net';
import type { FastifyInstance, onRequestHookHandler } from 'fastify';
import type { Logger } from 'pino';
import { systemClock, withTimeout } from '../lib/clock';
import { CodedError } from '../lib/coded-error';
import type { PendingResponses } from './pending-responses';

const SHUTTING_DOWN = new CodedError(
  'SERVICE_UNAVAILABLE',
  'This instance is shutting down: send the request again, to another one.',
  { status: 503 },
);

export interface ShutdownOptions {
  /** Milliseconds that requests in flight have once the server closes. */
  readonly drainTimeoutMs: number;
  /** No longer ready, and about to close. */
  readonly isStopping: () => boolean;
  readonly log: Logger;
}

/** Counts what is pending; on close waits for that within a bound. Returns what refuses a request that comes later. */
export function registerShutdown(
  server: FastifyInstance,
  pendingResponses: PendingResponses,
  { drainTimeoutMs, isStopping, log }: ShutdownOptions,
): onRequestHookHandler {
  let draining = false;
  server.addHook('onRequest', (request, reply, done) => {
    if (pendingResponses.add(request.raw, reply.raw)) {
      done();
    } else {
      reply.hijack();
    }
  });
  server.addHook('onSend', (request, reply, payload, done) => {
    if (typeof payload === 'string') {
      pendingResponses.respond(request.raw, Buffer.byteLength(payload));
    }
    // Before the connection is closed under a request that is just being sent on it; after all that have arrived.
    if (isStopping() && pendingResponses.isLast(request.raw)) {
      reply.header('connection', 'close');
    }
    if (reply.getHeader('connection') === 'close') {
      pendingResponses.close(request.raw);
    }
    done();
  });
  server.addHook('preClose', async () => {
    draining = true;
    // Listens no more. http.Server's own `close` would also end what it takes for idle: connections whose response is
    // written, but not read yet.
    net.Server.prototype.close.call(server.server);
    const responded = new Promise<void>((resolve) => {
      pendingResponses.whenResponded(undefined, resolve);
    });
    await withTimeout(systemClock, drainTimeoutMs, responded, () =>
      log.error({ event: 'gateway.cut-off' }, 'requests in flight are cut off without a response'),
    );
    server.server.closeAllConnections();
    pendingResponses.destroyAll();
  });
  return (_request, _reply, done) => done(draining ? SHUTTING_DOWN : undefined);
}
