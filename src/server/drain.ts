// On close: takes nothing new, answers what is in flight within a bound, then ends every connection.
import type { FastifyInstance } from 'fastify';
import type { Logger } from 'pino';
import type { Connections } from './connections';
import { SHUTTING_DOWN, sendHttpError } from './http-errors';

export interface DrainOptions {
  /** Milliseconds that requests in flight have. */
  readonly drainTimeoutMs: number;
  /** Whether this instance is about to close. */
  readonly isStopping: () => boolean;
  readonly log: Logger;
}

export function registerDrain(
  server: FastifyInstance,
  connections: Connections,
  { drainTimeoutMs, isStopping, log }: DrainOptions,
): void {
  let draining = false;
  server.addHook('onRequest', (request, reply, done) => {
    if (!connections.add(request.raw, reply.raw)) {
      reply.hijack();
    } else if (draining) {
      sendHttpError(reply, SHUTTING_DOWN);
    } else {
      done();
    }
  });
  // Before the connection is closed under a request that is just being sent on it.
  server.addHook('onSend', (request, reply, payload, done) => {
    if (typeof payload === 'string') {
      connections.respond(request.raw, Buffer.byteLength(payload));
    }
    if (isStopping()) {
      reply.header('connection', 'close');
    }
    done();
  });
  server.addHook('preClose', async () => {
    draining = true;
    server.server.close();
    await new Promise<void>((resolve) => {
      const timer = setTimeout(() => {
        log.error({ event: 'gateway.cut-off' }, 'requests in flight are cut off without an answer');
        resolve();
      }, drainTimeoutMs);
      connections.whenAnswered(undefined, () => {
        clearTimeout(timer);
        resolve();
      });
    });
    server.server.closeAllConnections();
  });
}
