// What every connection still waits for: the ground for a bound on pipelining, for not writing into a
// response in flight, and for closing when all responses are written.
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';

/** Requests without a response on one connection. Browsers pipeline none; a client that reads nothing piles them up. */
const MAX_PENDING_PER_CONNECTION = 20;

/** Bytes of responses that one connection may leave unread: a few of the largest. */
const MAX_UNREAD_BYTES_PER_CONNECTION = 4_000_000;

export class PendingResponses {
  /** Each with the bytes of its response, as soon as it has one. */
  readonly #pending = new Map<Socket, Map<IncomingMessage, number>>();
  /** Whose last response is decided upon. */
  readonly #closing = new WeakSet<Socket>();
  /** One callback for each connection, and one for all of them. */
  readonly #waiting = new Map<Socket | undefined, () => void>();

  /**
   * Counts a request until its response is written or its connection has ended. Ends a connection with too many, or whose
   * last word is said. `false`: it must not be run, as it could not be answered.
   */
  add(request: IncomingMessage, response: ServerResponse): boolean {
    const { socket } = request;
    const requests = this.#pending.get(socket) ?? this.#open(socket);
    requests.set(request, 0);
    response.on('finish', () => {
      requests.delete(request);
      this.#check();
    });
    if (socket.writableEnded || requests.size > MAX_PENDING_PER_CONNECTION) {
      socket.destroy();
      return false;
    }
    return !this.#closing.has(socket);
  }

  /** Whether no later request came on its connection. */
  isLast(request: IncomingMessage): boolean {
    return this.lastRequest(request.socket) === request;
  }

  /** The connection closes after the response to this request, so no later one is run. */
  close({ socket }: IncomingMessage): void {
    this.#closing.add(socket);
  }

  /** Notes how long a response is that is about to be written. Ends a connection that has left too much unread. */
  respond(request: IncomingMessage, bytes: number): void {
    const { socket } = request;
    const requests = this.#pending.get(socket);
    requests?.set(request, bytes);
    let unreadBytes = 0;
    for (const unread of requests?.values() ?? []) {
      unreadBytes += unread;
    }
    if (unreadBytes > MAX_UNREAD_BYTES_PER_CONNECTION) {
      socket.destroy();
    }
  }

  /** The newest request without a response, also where it has not arrived whole. */
  lastRequest(socket: Socket): IncomingMessage | undefined {
    return [...(this.#pending.get(socket)?.keys() ?? [])].at(-1);
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

  /** Also connections that Node's server has released. */
  destroyAll(): void {
    for (const socket of this.#pending.keys()) {
      socket.destroy();
    }
  }

  #open(socket: Socket): Map<IncomingMessage, number> {
    const requests = new Map<IncomingMessage, number>();
    this.#pending.set(socket, requests);
    socket.on('close', () => {
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
