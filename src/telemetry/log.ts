// Where log lines are made: JSON on one stream, with fixed event names and no secrets.
import { type DestinationStream, type Logger, pino } from 'pino';

export const LOG_LEVELS = ['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent'] as const;

export type LogLevel = (typeof LOG_LEVELS)[number];

/** Should an object with headers ever be logged, these do not show. */
const REDACTED_HEADERS = ['x-dc-devkey', 'authorization', 'cookie', 'x-router-secret'];

export function createLog(level: LogLevel, destination?: DestinationStream): Logger {
  const redact = REDACTED_HEADERS.flatMap((name) => [
    `["${name}"]`,
    `*["${name}"]`,
    `*.*["${name}"]`,
  ]);
  return pino({ level, redact, base: null }, destination);
}
