// Whether the process lives, and whether it should be sent requests. Neither asks DigiCert: a problem of
// DigiCert's is no reason to restart this gateway, or to take all of them out at once.
import type { FastifyInstance } from 'fastify';

export interface Health {
  readonly isStopping: () => boolean;
  /** What an operator may want to know besides. */
  readonly state: () => Readonly<Record<string, string>>;
}

export function registerHealth(server: FastifyInstance, { isStopping, state }: Health): void {
  // That there is a response says that the event loop turns.
  server.get('/livez', async () => ({ status: 'ok' }));
  server.get('/readyz', async (_request, reply) => {
    const stopping = isStopping();
    reply.code(stopping ? 503 : 200);
    return { status: stopping ? 'stopping' : 'ok', ...state() };
  });
}
