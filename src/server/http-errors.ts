// Where requests that never become GraphQL are answered: always JSON in GraphQL's error shape, always
// with a code, never HTML and never a stack.
import { randomUUID } from 'node:crypto';
import { type IncomingMessage, type Server, STATUS_CODES } from 'node:http';
import type { Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import type { FastifyError, FastifyReply, FastifyRequest } from 'fastify';
import { SECURITY_HEADERS } from './browser-policy';
import type { Connections } from './connections';
import { REQUEST_ID_HEADER } from './request-id';

export interface HttpError {
  readonly status: number;
  readonly code: string;
  readonly message: string;
  readonly headers?: Readonly<Record<string, string>>;
}

const MALFORMED: HttpError = {
  status: 400,
  code: 'BAD_REQUEST',
  message: 'The request is not well-formed HTTP.',
};

/** Fastify's refusals, by its own codes. */
const BY_FASTIFY_CODE: Readonly<Record<string, HttpError>> = {
  FST_ERR_CTP_INVALID_JSON_BODY: {
    status: 400,
    code: 'BAD_REQUEST',
    message: 'The body is not well-formed JSON.',
  },
  FST_ERR_CTP_EMPTY_JSON_BODY: { status: 400, code: 'BAD_REQUEST', message: 'The body is empty.' },
  FST_ERR_CTP_INVALID_CONTENT_LENGTH: {
    status: 400,
    code: 'BAD_REQUEST',
    message: 'The body is not as long as Content-Length says.',
  },
  FST_ERR_BAD_URL: { status: 400, code: 'BAD_REQUEST', message: 'The URL is not well-formed.' },
  FST_ERR_CTP_BODY_TOO_LARGE: {
    status: 413,
    code: 'PAYLOAD_TOO_LARGE',
    message: 'The body is longer than this gateway accepts.',
  },
  FST_ERR_CTP_INVALID_MEDIA_TYPE: {
    status: 415,
    code: 'UNSUPPORTED_MEDIA_TYPE',
    message: 'Send the body as application/json, without a content coding.',
  },
};

/** Node's refusals of what its parser or its timers do not accept. */
const BY_NODE_CODE: Readonly<Record<string, HttpError>> = {
  ERR_HTTP_REQUEST_TIMEOUT: {
    status: 408,
    code: 'REQUEST_TIMEOUT',
    message: 'The request did not arrive whole in time.',
  },
  HPE_HEADER_OVERFLOW: {
    status: 431,
    code: 'REQUEST_HEADER_FIELDS_TOO_LARGE',
    message: 'The request headers are too long.',
  },
};

export const UNSUPPORTED_MEDIA_TYPE = BY_FASTIFY_CODE.FST_ERR_CTP_INVALID_MEDIA_TYPE as HttpError;

export const BAD_HOST: HttpError = {
  status: 400,
  code: 'BAD_REQUEST',
  message: 'The Host header is missing or not well-formed.',
};

export const MISDIRECTED: HttpError = {
  status: 421,
  code: 'MISDIRECTED_REQUEST',
  message:
    'Without credentials this gateway is for its own machine: call it by localhost, 127.0.0.1 or [::1], or set ROUTER_SECRET or AUTH_JWKS_URL, so that it asks for credentials.',
};

export const BAD_URL = BY_FASTIFY_CODE.FST_ERR_BAD_URL as HttpError;

export const BAD_PERSISTED_QUERY: HttpError = {
  status: 400,
  code: 'BAD_REQUEST',
  message: 'extensions.persistedQuery needs version 1 and the SHA-256 hash of the document.',
};

export const DOCUMENT_NOT_LISTED: HttpError = {
  status: 400,
  code: 'QUERY_NOT_IN_SAFELIST',
  message: 'This gateway runs listed documents only, and this is none of them.',
};

export const NOT_ACCEPTABLE: HttpError = {
  status: 406,
  code: 'NOT_ACCEPTABLE',
  message: 'The answer is JSON: accept application/json or application/graphql-response+json.',
};

export const SHUTTING_DOWN: HttpError = {
  status: 503,
  code: 'SERVICE_UNAVAILABLE',
  message: 'This instance is shutting down: send the request again, to another one.',
};

export const DOCUMENT_TOO_LONG: HttpError = {
  status: 400,
  code: 'BAD_REQUEST',
  message: 'The document has more lines than this gateway accepts.',
};

const UNMET_EXPECTATION: HttpError = {
  status: 417,
  code: 'EXPECTATION_FAILED',
  message: 'The only expectation met here is 100-continue.',
};

const NO_TUNNEL: HttpError = {
  status: 405,
  code: 'METHOD_NOT_ALLOWED',
  message: 'This is no proxy.',
};

export function toErrorBody({ code, message }: HttpError, correlationId: string): object {
  return { errors: [{ message, extensions: { code, correlationId } }] };
}

/** Apollo Server knows no correlation id where it refuses a request before it makes a context. */
export function addCorrelationId(payload: string, correlationId: string): string {
  const { errors, ...rest } = JSON.parse(payload) as { errors: { extensions?: object }[] };
  return JSON.stringify({
    ...rest,
    errors: errors.map((error) => ({
      ...error,
      extensions: { ...error.extensions, correlationId },
    })),
  });
}

export function sendHttpError(reply: FastifyReply, error: HttpError): FastifyReply {
  // A request that Fastify refuses by itself meets no hook.
  if (!reply.hasHeader(REQUEST_ID_HEADER)) {
    reply.headers({ ...SECURITY_HEADERS, [REQUEST_ID_HEADER]: reply.request.id });
  }
  return reply
    .headers(error.headers ?? {})
    .code(error.status)
    .send(toErrorBody(error, reply.request.id));
}

/** For Fastify's `setErrorHandler`. */
export function handleError(
  error: FastifyError,
  request: FastifyRequest,
  reply: FastifyReply,
): void {
  const known = BY_FASTIFY_CODE[error.code];
  if (known) {
    sendHttpError(reply, known);
    return;
  }
  if (request.raw.destroyed && error.code === 'ECONNRESET') {
    // The client hung up: nobody is left to be answered, and nothing is wrong here.
    request.log.debug({ event: 'request.aborted', correlationId: request.id });
    return;
  }
  request.log.error({ event: 'request.failed', correlationId: request.id, err: error });
  sendHttpError(reply, {
    status: 500,
    code: 'INTERNAL_SERVER_ERROR',
    message:
      "Something unexpected went wrong in the gateway. Quote the correlation id to the gateway's operators.",
  });
}

/** The path of a request, without its query. */
export function toPath({ url }: FastifyRequest): string {
  return url.split('?', 1)[0] ?? '';
}

/** For Fastify's `setNotFoundHandler`: an unknown path, or a known one with a method it does not take. */
export function createNotFoundHandler(methodsByPath: ReadonlyMap<string, readonly string[]>) {
  return (request: FastifyRequest, reply: FastifyReply): void => {
    const methods = methodsByPath.get(toPath(request));
    if (methods) {
      const allow = methods.join(', ');
      reply.header('allow', allow);
      const message = `This path takes ${allow}.`;
      sendHttpError(reply, { status: 405, code: 'METHOD_NOT_ALLOWED', message });
    } else {
      const message = 'Nothing is here. GraphQL is at /graphql.';
      sendHttpError(reply, { status: 404, code: 'NOT_FOUND', message });
    }
  };
}

/** Answers on a connection that has no request Fastify could reply to, and ends it. */
function refuseConnection(socket: Duplex, error: HttpError, connections: Connections): void {
  connections.refuse(socket);
  const correlationId = randomUUID();
  const body = JSON.stringify(toErrorBody(error, correlationId));
  const headers = {
    Connection: 'close',
    'Content-Type': 'application/json; charset=utf-8',
    'Content-Length': Buffer.byteLength(body),
    ...SECURITY_HEADERS,
    [REQUEST_ID_HEADER]: correlationId,
  };
  const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}\r\n`);
  socket.end(
    `HTTP/1.1 ${error.status} ${STATUS_CODES[error.status]}\r\n${lines.join('')}\r\n${body}`,
  );
}

/** For Fastify's `clientErrorHandler`. An answer that is still to come goes first: it may tell of emails. */
export function createClientErrorHandler(connections: Connections) {
  return (error: NodeJS.ErrnoException, socket: Socket): void => {
    if (error.code === 'ECONNRESET' || !socket.writable) {
      socket.destroy();
    } else if (connections.isWaiting(socket)) {
      connections.whenAnswered(socket, () => {
        connections.refuse(socket);
        socket.end();
      });
    } else {
      refuseConnection(socket, BY_NODE_CODE[error.code ?? ''] ?? MALFORMED, connections);
    }
  };
}

/** Node's server answers these two by itself, or not at all, unless it is told. */
export function refuseOddities(server: Server, connections: Connections): void {
  server.on('checkExpectation', (request: IncomingMessage) =>
    refuseConnection(request.socket, UNMET_EXPECTATION, connections),
  );
  server.on('connect', (_request: IncomingMessage, socket: Duplex) => {
    // Node has let go of this socket: its errors are told to no other listener, and no timer of the server's ends it.
    socket.on('error', () => socket.destroy());
    socket.once('finish', () => socket.destroy());
    refuseConnection(socket, NO_TUNNEL, connections);
  });
}
