// Whether the process lives, and whether it should be sent requests. Neither calls DigiCert: a problem of
// DigiCert's is no reason to restart this gateway, or to stop sending requests to all of them.
import type { FastifyInstance } from 'fastify';
import type { CodedError } from '../lib/coded-error';

export interface Health {
  readonly isStopping: () => boolean;
  /** Why no request is run. */
  readonly findOutage: () => CodedError | undefined;
  /** What else an operator may want to know. */
  readonly state: () => Readonly<Record<string, string>>;
}

export const HEALTH_PATHS: readonly string[] = ['/livez', '/readyz'];

export function registerHealth(
  server: FastifyInstance,
  { isStopping, findOutage, state }: Health,
): void {
  // That there is a response says that the event loop turns.
  server.get('/livez', async () => ({ status: 'ok' }));
  server.get('/readyz', async (_request, reply) => {
    const problem = isStopping() ? 'stopping' : findOutage() && 'log-unread';
    reply.code(problem ? 503 : 200);
    return { status: problem ?? 'ok', ...state() };
  });
}
