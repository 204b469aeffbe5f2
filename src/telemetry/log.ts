// Where log lines are made: JSON on one stream, with fixed event names, no secrets and nothing a terminal would obey.
import type { Writable } from 'node:stream';
import { inspect } from 'node:util';
import { type DestinationStream, type Logger, pino, stdSerializers } from 'pino';
import { toVisible } from '../lib/visible-text';
import { Output } from './output';

export const LOG_LEVELS = ['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent'] as const;

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

/** An escape of JSON. Captured: one that stands for a control character, or a line break other than those of a stack. */
const ESCAPE = /\\(?:([bfru]|n(?! {4}at |caused by: ))|.)/g;

/**
 * In a terminal, where a person reads along. pino-pretty undoes the escapes of JSON, drops some control characters and
 * lets a line break in a message begin a line; so those are escaped again, but for the lines of a stack.
 */
export function createPrettyStream(destination: Writable = process.stdout): DestinationStream {
  const { build } = require('pino-pretty') as typeof import('pino-pretty');
  const messageFormat = '{event}: {msg}';
  const pretty = build({ colorize: true, ignore: 'event', messageFormat, destination });
  const toShown = (found: string, shown?: string) => (shown ? `\\${found}` : found);
  return { write: (line) => void pretty.write(line.replace(ESCAPE, toShown)) };
}

/** Characters of an error's message that are logged. It may quote what a caller sent. */
const MAX_ERROR_MESSAGE_LENGTH = 1_000;

/** Characters of a stack, which begins with the message. */
const MAX_STACK_LENGTH = 4_000;

/** Libraries hang whole commands and requests on their errors; what is not listed here could be anything. */
function toErrorFields(error: unknown): object {
  if (!(error instanceof Error)) {
    return { type: typeof error, message: inspect(error).slice(0, MAX_ERROR_MESSAGE_LENGTH) };
  }
  const { type, message, stack, code } = stdSerializers.err(error);
  return {
    type,
    message: message.slice(0, MAX_ERROR_MESSAGE_LENGTH),
    stack: stack.slice(0, MAX_STACK_LENGTH),
    ...(typeof code === 'string' && { code }),
  };
}

export function createLog(
  level: (typeof LOG_LEVELS)[number],
  destination: DestinationStream = new Output(),
): Logger {
  // pino escapes the control characters of ASCII; the others are escaped here, which is the same JSON.
  const hooks = { streamWrite: (line: string) => toVisible(redact(line)) };
  return pino({ level, hooks, base: null, serializers: { err: toErrorFields } }, destination);
}
