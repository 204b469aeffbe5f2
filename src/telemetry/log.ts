// Where log lines are made: JSON on one stream, with fixed event names and no secrets.
import type { Writable } from 'node:stream';
import { type DestinationStream, type Logger, pino, stdSerializers } from 'pino';

export const LOG_LEVELS = ['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent'] as const;

export type LogLevel = (typeof LOG_LEVELS)[number];

/**
 * Should headers ever be logged, however deep in an object, these do not show. Looked for in the line as it is
 * written: pino's own `redact` knows a header only by the path to it, and costs ten times as much.
 */
const SECRET_HEADERS =
  /("(?:x-dc-devkey|authorization|cookie|x-router-secret)"):(?:"(?:[^"\\]|\\.)*"|\[[^\]]*\]|[^,}\]]+)/gi;

/** In a terminal, where a person reads along. Loaded only there. */
export function createPrettyStream(destination: Writable = process.stdout): DestinationStream {
  const { build } = require('pino-pretty') as typeof import('pino-pretty');
  const messageFormat = '{event}: {msg}';
  return build({ colorize: true, ignore: 'event', messageFormat, destination });
}

/** Libraries hang whole commands and requests on their errors; what is not listed here could be anything. */
function toErrorFacts(error: unknown): object {
  if (!(error instanceof Error)) {
    return { type: typeof error, message: String(error) };
  }
  const { type, message, stack, code } = stdSerializers.err(error);
  return { type, message, stack, ...(typeof code === 'string' && { code }) };
}

/** Standard output. Each line is written before the call returns: an end of the process loses and mixes up none. */
function createStdout(): DestinationStream {
  return pino.destination({ dest: 1, sync: true });
}

export function createLog(level: LogLevel, destination = createStdout()): Logger {
  const hooks = {
    streamWrite: (line: string) => line.replace(SECRET_HEADERS, '$1:"[Redacted]"'),
  };
  return pino({ level, hooks, base: null, serializers: { err: toErrorFacts } }, destination);
}
