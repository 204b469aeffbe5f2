// What every connection still waits for: the ground for a bound on pipelining, for not talking into an
// answer that is under way, and for closing when all are answered.
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import type { Duplex } from 'node:stream';

/** Unanswered requests on one connection. Browsers pipeline none; a client that reads nothing piles them up. */
const MAX_UNANSWERED_PER_CONNECTION = 20;

/** Bytes of responses that one connection may leave unread: a few of the largest. */
export const MAX_UNREAD_BYTES_PER_CONNECTION = 4_000_000;

export class Connections {
  /** Each with the bytes of its response, as soon as it has one. */
  readonly #unanswered = new Map<Socket, Map<IncomingMessage, number>>();
  /** One callback for each connection, and one for all of them. */
  readonly #waiting = new Map<Socket | undefined, () => void>();
  readonly #refused = new WeakSet<Duplex>();

  /** The last word on this connection is said: what comes after it could not be answered, so it is not run. */
  refuse(socket: Duplex): void {
    this.#refused.add(socket);
  }

  /**
   * Counts a request until its answer is written or its connection is gone. Ends a connection with too many.
   * `false`: it must not be run.
   */
  add(request: IncomingMessage, response: ServerResponse): boolean {
    const { socket } = request;
    if (this.#refused.has(socket)) {
      socket.destroy();
      return false;
    }
    const requests = this.#unanswered.get(socket) ?? this.#open(socket);
    requests.set(request, 0);
    response.once('finish', () => {
      requests.delete(request);
      this.#check();
    });
    if (requests.size > MAX_UNANSWERED_PER_CONNECTION) {
      socket.destroy();
      return false;
    }
    return true;
  }

  /** Notes how long a response is that is about to be written. Ends a connection that has left too much unread. */
  respond(request: IncomingMessage, bytes: number): void {
    const { socket } = request;
    const requests = this.#unanswered.get(socket);
    requests?.set(request, bytes);
    const unreadBytes = [...(requests?.values() ?? [])].reduce((sum, one) => sum + one, 0);
    if (unreadBytes > MAX_UNREAD_BYTES_PER_CONNECTION) {
      socket.destroy();
    }
  }

  /** Whether an answer is to come. One whose request has not arrived whole is not. */
  isWaiting(socket: Socket): boolean {
    const requests = this.#unanswered.get(socket)?.keys() ?? [];
    return [...requests].some((request) => request.complete);
  }

  /**
   * Calls back once the connection, or every one, waits for nothing; at once if that is so now. A later callback
   * takes the place of an earlier one: a client that goes on sending garbage causes one with every packet.
   */
  whenAnswered(socket: Socket | undefined, callback: () => void): void {
    const check = () => {
      const sockets = socket ? [socket] : [...this.#unanswered.keys()];
      if (!sockets.some((one) => this.isWaiting(one))) {
        this.#waiting.delete(socket);
        callback();
      }
    };
    this.#waiting.set(socket, check);
    check();
  }

  #open(socket: Socket): Map<IncomingMessage, number> {
    const requests = new Map<IncomingMessage, number>();
    this.#unanswered.set(socket, requests);
    socket.once('close', () => {
      this.#unanswered.delete(socket);
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
