// Where log lines are made: JSON on one stream, with fixed event names and no secrets.
import type { Writable } from 'node:stream';
import { type DestinationStream, type Logger, pino, stdSerializers } from 'pino';

export const LOG_LEVELS = ['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent'] as const;

export type LogLevel = (typeof LOG_LEVELS)[number];

/** Should headers ever be logged, however deep in an object, these do not show. */
const SECRET_KEY = /"(?:x-dc-devkey|authorization|cookie|x-router-secret)":/i;

/**
 * Looks at a line as it is written: pino's own `redact` knows a header only by the path to it, and costs ten times as
 * much. A line with such a key is rare enough to be taken apart.
 */
function redact(line: string): string {
  if (!SECRET_KEY.test(line)) {
    return line;
  }
  const hide = (key: string, value: unknown) =>
    SECRET_KEY.test(`"${key}":`) ? '[Redacted]' : value;
  return `${JSON.stringify(JSON.parse(line, hide))}\n`;
}

/** In a terminal, where a person reads along. Loaded only there. */
export function createPrettyStream(destination: Writable = process.stdout): DestinationStream {
  const { build } = require('pino-pretty') as typeof import('pino-pretty');
  const messageFormat = '{event}: {msg}';
  return build({ colorize: true, ignore: 'event', messageFormat, destination });
}

/** Characters of an error's message that are logged. It may quote what a caller sent. */
const MAX_ERROR_MESSAGE_LENGTH = 1_000;

/** Characters of a stack, which begins with the message. */
const MAX_STACK_LENGTH = 4_000;

/** Libraries hang whole commands and requests on their errors; what is not listed here could be anything. */
function toErrorFacts(error: unknown): object {
  if (!(error instanceof Error)) {
    return { type: typeof error, message: String(error).slice(0, MAX_ERROR_MESSAGE_LENGTH) };
  }
  const { type, message, stack, code } = stdSerializers.err(error);
  return {
    type,
    message: message.slice(0, MAX_ERROR_MESSAGE_LENGTH),
    stack: stack.slice(0, MAX_STACK_LENGTH),
    ...(typeof code === 'string' && { code }),
  };
}

/** Standard output. Each line is written before the call returns: an end of the process loses and mixes up none. */
function createStdout(): DestinationStream {
  return pino.destination({ dest: 1, sync: true });
}

export function createLog(level: LogLevel, destination = createStdout()): Logger {
  const hooks = { streamWrite: redact };
  return pino({ level, hooks, base: null, serializers: { err: toErrorFacts } }, destination);
}
