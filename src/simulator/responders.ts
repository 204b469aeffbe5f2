// The ways the simulated DigiCert answers a resend, faults included.
import type { IncomingMessage, ServerResponse } from 'node:http';
import { gzipSync } from 'node:zlib';

/** One request, as a responder gets to handle it. */
interface Incoming {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  /** Calls back after a while, unless the simulator is closed by then. */
  readonly later: (delayMs: number, callback: () => void) => void;
  /** Reads the request to its end. */
  readonly receive: () => Promise<void>;
  /** Puts the received resend into the outbox, unless its body is not JSON; says whether it did. */
  readonly send: () => boolean;
}

export type Responder = (incoming: Incoming) => Promise<void>;

type ResponseHeaders = Readonly<Record<string, string>>;

/** DigiCert's shape of an error body. */
export function errorBody(...errors: readonly { code?: string; message?: string }[]): object {
  return { errors };
}

/** A refusal of DigiCert's. */
export function refuse(status: number, code: string, message: string): Responder {
  return json(status, errorBody({ code, message }));
}

/** 204: accepted. */
export const accept: Responder = async (incoming) => {
  await incoming.receive();
  if (incoming.send()) {
    incoming.response.writeHead(204).end();
  } else {
    await refuse(400, 'bad_request_format', 'Invalid JSON')(incoming);
  }
};

export function json(status: number, body: unknown, headers: ResponseHeaders = {}): Responder {
  return raw(status, JSON.stringify(body), { 'Content-Type': 'application/json', ...headers });
}

export function html(status: number, text: string, headers: ResponseHeaders = {}): Responder {
  const page = `<!DOCTYPE html><html><body><h1>${text}</h1></body></html>`;
  return raw(status, page, { 'Content-Type': 'text/html', ...headers });
}

export function raw(status: number, body: string | Buffer, headers: ResponseHeaders): Responder {
  return async ({ receive, response }) => {
    await receive();
    response.writeHead(status, { 'Content-Length': Buffer.byteLength(body), ...headers }).end(body);
  };
}

export function gzip(status: number, body: unknown): Responder {
  return raw(status, gzipSync(JSON.stringify(body)), {
    'Content-Type': 'application/json',
    'Content-Encoding': 'gzip',
  });
}

/** Takes the request, sends the emails, and never says so. */
export const hang: Responder = async ({ receive, send }) => {
  await receive();
  send();
};

/** Cuts the connection when the headers have come, before the body is read. */
export const resetBeforeBody: Responder = async ({ request }) => {
  request.socket.resetAndDestroy();
};

/** Takes the request, sends the emails and cuts the connection. */
export const resetAfterBody: Responder = async (incoming) => {
  await hang(incoming);
  incoming.request.socket.resetAndDestroy();
};

/** Begins a body that is announced longer than what comes, then cuts the connection. */
export function halfResponse(status: number, body: string): Responder {
  return async ({ request, receive, response }) => {
    await receive();
    response.writeHead(status, {
      'Content-Type': 'application/json',
      'Content-Length': Buffer.byteLength(body),
    });
    response.write(body.slice(0, body.length / 2), () => request.socket.resetAndDestroy());
  };
}

/** Milliseconds between two bytes of a slow body. */
const SLOW_BYTE_INTERVAL_MS = 1_000;

/** Sends the head at once and the body a byte a second. */
export function slowBody(status: number, body: string): Responder {
  return async ({ receive, response, later }) => {
    await receive();
    response.writeHead(status, { 'Content-Type': 'application/json' });
    response.flushHeaders();
    const sendByte = (index: number) => {
      response.write(body.charAt(index));
      if (index + 1 < body.length) {
        later(SLOW_BYTE_INTERVAL_MS, () => sendByte(index + 1));
      } else {
        response.end();
      }
    };
    sendByte(0);
  };
}

/** Writes bytes to the connection as they are, HTTP or not, and leaves it open. */
export function bytes(text: string): Responder {
  return async ({ request, receive }) => {
    await receive();
    request.socket.write(text);
  };
}

/** 204, and behind it bytes that belong to no response. */
export const acceptWithStrayBytes: Responder = async ({ request, receive, send }) => {
  await receive();
  send();
  request.socket.write('HTTP/1.1 204 No Content\r\nConnection: keep-alive\r\n\r\nstray bytes');
};
