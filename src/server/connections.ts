// What every connection still waits for: the ground for a bound on pipelining, for not writing into a
// response in flight, and for closing when all responses are written.
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import type { FastifyInstance } from 'fastify';
import type { Logger } from 'pino';
import { CodedError } from '../lib/coded-error';

/** Requests without a response on one connection. Browsers pipeline none; a client that reads nothing piles them up. */
const MAX_PENDING_PER_CONNECTION = 20;

/** Bytes of responses that one connection may leave unread: a few of the largest. */
const MAX_UNREAD_BYTES_PER_CONNECTION = 4_000_000;

const SHUTTING_DOWN = new CodedError(
  'SERVICE_UNAVAILABLE',
  'This instance is shutting down: send the request again, to another one.',
  { status: 503 },
);

export class PendingResponses {
  /** Each with the bytes of its response, as soon as it has one. */
  readonly #pending = new Map<Socket, Map<IncomingMessage, number>>();
  /** One callback for each connection, and one for all of them. */
  readonly #waiting = new Map<Socket | undefined, () => void>();

  /**
   * Counts a request until its response is written or its connection is gone. Ends a connection with too many, or whose
   * last word is said. `false`: it must not be run, as it could not be answered.
   */
  add(request: IncomingMessage, response: ServerResponse): boolean {
    const { socket } = request;
    const requests = this.#pending.get(socket) ?? this.#open(socket);
    requests.set(request, 0);
    response.once('finish', () => {
      requests.delete(request);
      this.#check();
    });
    if (socket.writableEnded || requests.size > MAX_PENDING_PER_CONNECTION) {
      socket.destroy();
      return false;
    }
    return true;
  }

  /** Notes how long a response is that is about to be written. Ends a connection that has left too much unread. */
  respond(request: IncomingMessage, bytes: number): void {
    const { socket } = request;
    const requests = this.#pending.get(socket);
    requests?.set(request, bytes);
    const unreadBytes = [...(requests?.values() ?? [])].reduce((sum, one) => sum + one, 0);
    if (unreadBytes > MAX_UNREAD_BYTES_PER_CONNECTION) {
      socket.destroy();
    }
  }

  /** Whether a response is to come. One whose request has not arrived whole is not. */
  hasPendingResponse(socket: Socket): boolean {
    const requests = this.#pending.get(socket)?.keys() ?? [];
    return [...requests].some((request) => request.complete);
  }

  /**
   * Calls back once the connection, or every one, waits for nothing; at once if that is so now. A later callback
   * takes the place of an earlier one: a client that goes on sending garbage causes one with every packet.
   */
  whenResponded(socket: Socket | undefined, callback: () => void): void {
    const check = () => {
      const sockets = socket ? [socket] : [...this.#pending.keys()];
      if (!sockets.some((one) => this.hasPendingResponse(one))) {
        this.#waiting.delete(socket);
        callback();
      }
    };
    this.#waiting.set(socket, check);
    check();
  }

  #open(socket: Socket): Map<IncomingMessage, number> {
    const requests = new Map<IncomingMessage, number>();
    this.#pending.set(socket, requests);
    socket.once('close', () => {
      this.#pending.delete(socket);
      this.#check();
    });
    return requests;
  }

  #check(): void {
    for (const check of [...this.#waiting.values()]) {
      check();
    }
  }
}

export interface DrainOptions {
  /** Milliseconds that requests in flight have once the server closes. */
  readonly drainTimeoutMs: number;
  /** No longer ready, and about to close. */
  readonly isStopping: () => boolean;
  readonly log: Logger;
}

/** On close: takes nothing new, answers what is in flight within a bound, then ends every connection. */
export function registerPendingResponses(
  server: FastifyInstance,
  pendingResponses: PendingResponses,
  { drainTimeoutMs, isStopping, log }: DrainOptions,
): void {
  let draining = false;
  server.addHook('onRequest', (request, reply, done) => {
    if (pendingResponses.add(request.raw, reply.raw)) {
      done(draining ? SHUTTING_DOWN : undefined);
    } else {
      reply.hijack();
    }
  });
  server.addHook('onSend', (request, reply, payload, done) => {
    if (typeof payload === 'string') {
      pendingResponses.respond(request.raw, Buffer.byteLength(payload));
    }
    // Before the connection is closed under a request that is just being sent on it.
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
        log.error(
          { event: 'gateway.cut-off' },
          'requests in flight are cut off without a response',
        );
        resolve();
      }, drainTimeoutMs);
      pendingResponses.whenResponded(undefined, () => {
        clearTimeout(timer);
        resolve();
      });
    });
    server.server.closeAllConnections();
  });
}
