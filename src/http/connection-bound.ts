// A bound on connections. Load balancers keep idle ones for a long time, and so do clients that call without one:
// where there are too many, the one that is idle longest makes room.
import type { Server } from 'node:http';
import type { Socket } from 'node:net';
import type { PendingResponses } from './pending-responses';

/** An idle one takes some 10 KB, and each a file descriptor. */
const MAX_CONNECTIONS = 5_000;

export function boundConnections(server: Server, pendingResponses: PendingResponses): void {
  /** The one whose last response, or start, is longest ago comes first. */
  const connections = new Set<Socket>();
  server.on('connection', (socket: Socket) => {
    connections.add(socket);
    socket.on('close', () => connections.delete(socket));
    if (connections.size > MAX_CONNECTIONS) {
      closeLongestIdle();
    }
  });
  /** Nothing runs for a request that has not arrived whole. Where every other one awaits a response, it is the new one. */
  function closeLongestIdle(): void {
    for (const socket of connections) {
      if (!pendingResponses.hasPendingResponse(socket)) {
        connections.delete(socket);
        socket.destroy();
        return;
      }
    }
  }
  server.on('request', ({ socket }, response) => {
    response.on('close', () => {
      if (connections.delete(socket)) {
        connections.add(socket);
      }
    });
  });
}
