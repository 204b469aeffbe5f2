// On close: takes nothing new, answers what is in flight within a bound, then ends every connection.
import type { FastifyInstance } from 'fastify';
import type { Logger } from 'pino';
import type { Connections } from './connections';
import { SHUTTING_DOWN, sendHttpError } from './http-errors';

export interface DrainOptions {
  /** Milliseconds that requests in flight have. */
  readonly drainTimeoutMs: number;
  readonly log: Logger;
}

export function registerDrain(
  server: FastifyInstance,
  connections: Connections,
  { drainTimeoutMs, log }: DrainOptions,
): void {
  let draining = false;
  server.addHook('onRequest', async (request, reply) => {
    if (!connections.add(request.raw, reply.raw)) {
      return reply.hijack();
    }
    if (draining) {
      reply.header('connection', 'close');
      return sendHttpError(reply, SHUTTING_DOWN);
    }
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
