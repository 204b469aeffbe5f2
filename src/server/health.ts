// Whether the process lives, and whether it should be sent requests. Neither asks DigiCert: a problem of
// DigiCert's is no reason to restart this gateway, or to take all of them out at once.
import type { FastifyInstance } from 'fastify';

export interface Readiness {
  readonly ready: boolean;
  /** What an operator may want to know besides. */
  readonly facts: Readonly<Record<string, unknown>>;
}

export function registerHealth(server: FastifyInstance, readiness: () => Readiness): void {
  // That there is an answer says that the event loop turns.
  server.get('/livez', async () => ({ status: 'ok' }));
  server.get('/readyz', async (_request, reply) => {
    const { ready, facts } = readiness();
    reply.code(ready ? 200 : 503);
    return { status: ready ? 'ok' : 'stopping', ...facts };
  });
}
