// Where requests that never become GraphQL are answered: always JSON in GraphQL's error shape, always
// with a code, never HTML and never a stack.
import { randomUUID } from 'node:crypto';
import { type IncomingMessage, type Server, STATUS_CODES } from 'node:http';
import type { Socket } from 'node:net';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { MASKED_MESSAGE } from '../graphql/mask-error';
import { CodedError } from '../lib/coded-error';
import { SECURITY_HEADERS, toCorsHeaders } from './browser-policy';
import type { PendingResponses } from './pending-responses';
import { REQUEST_ID_HEADER } from './request-id';
import { chooseType, GRAPHQL_TYPE, JSON_TYPE } from './response-type';

const MALFORMED = new CodedError('BAD_REQUEST', 'The request is not well-formed HTTP.');

export const BAD_URL = new CodedError('BAD_REQUEST', 'The URL is not well-formed.');

const NO_TUNNEL = new CodedError('METHOD_NOT_ALLOWED', 'This is no proxy.', { status: 405 });

const NOT_FOUND = new CodedError('NOT_FOUND', 'Not found. GraphQL is at /graphql.', {
  status: 404,
});

export const UNSUPPORTED_MEDIA_TYPE = new CodedError(
  'UNSUPPORTED_MEDIA_TYPE',
  'Send the body as application/json, in UTF-8.',
  { status: 415 },
);

export const UNSUPPORTED_CODING = new CodedError(
  'UNSUPPORTED_MEDIA_TYPE',
  'Send the body without a content coding.',
  // Without it a 415 is about the media type (RFC 9110, section 15.5.16).
  { status: 415, headers: { 'accept-encoding': 'identity' } },
);

const UNMET_EXPECTATION = new CodedError(
  'EXPECTATION_FAILED',
  'The only expectation met here is 100-continue.',
  { status: 417 },
);

export const HEADERS_TOO_LONG = new CodedError(
  'REQUEST_HEADER_FIELDS_TOO_LARGE',
  'The request headers are too long.',
  { status: 431 },
);

const UNEXPECTED = new CodedError('INTERNAL_SERVER_ERROR', MASKED_MESSAGE, { status: 500 });

/** What Fastify refuses, and Node's parser and timers, by their own codes. */
const BY_FOREIGN_CODE: Readonly<Record<string, CodedError>> = {
  FST_ERR_BAD_URL: BAD_URL,
  FST_ERR_CTP_INVALID_JSON_BODY: new CodedError('BAD_REQUEST', 'The body is not well-formed JSON.'),
  FST_ERR_CTP_EMPTY_JSON_BODY: new CodedError('BAD_REQUEST', 'The body is empty.'),
  FST_ERR_CTP_INVALID_CONTENT_LENGTH: new CodedError(
    'BAD_REQUEST',
    'The body is not as long as Content-Length says.',
  ),
  FST_ERR_CTP_BODY_TOO_LARGE: new CodedError(
    'PAYLOAD_TOO_LARGE',
    'The body is longer than this gateway accepts.',
    { status: 413 },
  ),
  FST_ERR_CTP_INVALID_MEDIA_TYPE: UNSUPPORTED_MEDIA_TYPE,
  ERR_HTTP_REQUEST_TIMEOUT: new CodedError(
    'REQUEST_TIMEOUT',
    'The request did not arrive whole in time.',
    { status: 408 },
  ),
  HPE_HEADER_OVERFLOW: HEADERS_TOO_LONG,
};

function toErrorBody({ code, message }: CodedError, correlationId: string): object {
  return { errors: [{ message, extensions: { code, correlationId } }] };
}

/** Apollo Server knows no correlation id where it refuses a request before it makes a context. */
export function addCorrelationIdToBody(payload: string, correlationId: string): string {
  const { errors, ...rest } = JSON.parse(payload) as { errors: { extensions?: object }[] };
  return JSON.stringify({
    ...rest,
    errors: errors.map((error) => ({
      ...error,
      extensions: { ...error.extensions, correlationId },
    })),
  });
}

function sendHttpError(reply: FastifyReply, error: CodedError): FastifyReply {
  // A request that Fastify refuses by itself meets no hook.
  if (!reply.hasHeader(REQUEST_ID_HEADER)) {
    reply.headers({ ...SECURITY_HEADERS, [REQUEST_ID_HEADER]: reply.request.id });
  }
  return reply
    .headers(error.headers)
    .code(error.status)
    .type(chooseType(reply.request.headers.accept) ?? JSON_TYPE)
    .send(toErrorBody(error, reply.request.id));
}

/** For Fastify's `setErrorHandler`. */
export function handleError(
  error: NodeJS.ErrnoException,
  request: FastifyRequest,
  reply: FastifyReply,
): void {
  const known = error instanceof CodedError ? error : BY_FOREIGN_CODE[error.code ?? ''];
  if (known) {
    sendHttpError(reply, known);
  } else if (request.raw.destroyed && error.code === 'ECONNRESET') {
    // The client disconnected: there is no one to respond to, and nothing is wrong here.
    request.log.debug({ event: 'request.aborted', correlationId: request.id });
  } else {
    request.log.error({ event: 'request.failed', correlationId: request.id, err: error });
    sendHttpError(reply, UNEXPECTED);
  }
}

/** For Fastify's `setNotFoundHandler`: an unknown path, or a known one with a method it does not take. */
export function createNotFoundHandler(allowByPath: ReadonlyMap<string, string>) {
  return (request: FastifyRequest, reply: FastifyReply): void => {
    const [path = ''] = request.url.split('?', 1);
    const allow = allowByPath.get(path);
    const error = allow
      ? new CodedError('METHOD_NOT_ALLOWED', `This path takes ${allow}.`, {
          status: 405,
          headers: { allow },
        })
      : NOT_FOUND;
    sendHttpError(reply, error);
  };
}

/** For a request that does not reach Fastify. The connection ends with it. */
function toRefusal(
  error: CodedError,
  request: IncomingMessage | undefined,
  corsOrigins: readonly string[],
) {
  const correlationId = randomUUID();
  const body = JSON.stringify(toErrorBody(error, correlationId));
  const headers = {
    Connection: 'close',
    // Without a request there is no Accept; every client reads JSON, and some need this type to read a refusal.
    'Content-Type': request ? (chooseType(request.headers.accept) ?? JSON_TYPE) : GRAPHQL_TYPE,
    'Content-Length': Buffer.byteLength(body),
    ...SECURITY_HEADERS,
    ...toCorsHeaders(corsOrigins, request?.headers.origin),
    [REQUEST_ID_HEADER]: correlationId,
  };
  return { headers, body };
}

/** Answers on a connection that has no response of Node's to write to, and ends it. */
function refuseConnection(
  socket: Socket,
  error: CodedError,
  request: IncomingMessage | undefined,
  corsOrigins: readonly string[],
): void {
  const { headers, body } = toRefusal(error, request, corsOrigins);
  const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}\r\n`);
  socket.end(
    `HTTP/1.1 ${error.status} ${STATUS_CODES[error.status]}\r\n${lines.join('')}\r\n${body}`,
  );
}

/** For Fastify's `clientErrorHandler`. A response that is still to come goes first: it may tell of emails. */
export function createClientErrorHandler(
  pendingResponses: PendingResponses,
  corsOrigins: readonly string[],
) {
  return (error: NodeJS.ErrnoException, socket: Socket): void => {
    if (error.code === 'ECONNRESET' || !socket.writable) {
      socket.destroy();
    } else if (pendingResponses.hasPendingResponse(socket)) {
      pendingResponses.whenResponded(socket, () => socket.end());
    } else {
      const known = BY_FOREIGN_CODE[error.code ?? ''] ?? MALFORMED;
      refuseConnection(socket, known, pendingResponses.lastRequest(socket), corsOrigins);
    }
  };
}

/** Node's server answers these two by itself, or not at all, unless there is a listener. Responses still to come go first. */
export function rejectConnectAndExpect(
  server: Server,
  pendingResponses: PendingResponses,
  corsOrigins: readonly string[],
): void {
  server.on('checkExpectation', (request, response) => {
    if (pendingResponses.add(request, response)) {
      // A body may follow or not, so no one can tell where the next request begins.
      pendingResponses.close(request);
      const { headers, body } = toRefusal(UNMET_EXPECTATION, request, corsOrigins);
      response.writeHead(UNMET_EXPECTATION.status, headers).end(body);
    }
  });
  server.on('connect', (request: IncomingMessage, socket: Socket) => {
    // Node has released this socket: no other listener gets its errors, and no timer of the server's ends it.
    socket.on('error', () => socket.destroy());
    socket.setTimeout(server.timeout, () => socket.destroy());
    socket.once('finish', () => socket.destroy());
    pendingResponses.whenResponded(socket, () =>
      refuseConnection(socket, NO_TUNNEL, request, corsOrigins),
    );
  });
}
