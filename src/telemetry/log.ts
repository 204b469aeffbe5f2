// Where log lines are made: JSON on one stream, with fixed event names and no secrets.
import type { Writable } from 'node:stream';
import { type DestinationStream, type Logger, pino, stdSerializers } from 'pino';

export const LOG_LEVELS = ['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent'] as const;

export type LogLevel = (typeof LOG_LEVELS)[number];

/** Should an object with headers ever be logged, these do not show. */
const REDACTED_HEADERS = ['x-dc-devkey', 'authorization', 'cookie', 'x-router-secret'];

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
  const redact = REDACTED_HEADERS.flatMap((name) => [
    `["${name}"]`,
    `*["${name}"]`,
    `*.*["${name}"]`,
  ]);
  return pino({ level, redact, base: null, serializers: { err: toErrorFacts } }, destination);
}
