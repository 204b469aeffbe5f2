// Why Redis cannot be relied on, in one line that says what to do. By codes of Redis, Node.js and OpenSSL; where ioredis
// has no code, by the words that it has instead.
import type { RedisTarget } from './redis-url';

export interface RedisProblem {
  readonly state: RedisProblemState;
  /** Also says what to do. */
  readonly reason: string;
}

/** As `/readyz` has it. */
export type RedisProblemState = keyof typeof PROBLEMS;

export class RedisTimeout extends Error {
  readonly code = 'TIMEOUT';
}

/** What says nothing by itself: the connection is not there, and its own error says why. */
const NO_CONNECTION =
  /^(Connection is closed|Stream isn't writeable|Cluster isn't ready|None of startup nodes|Reached the max retries)/;

const SENTINEL_LOGIN = 'Sentinels have users of their own: sentinelPassword in REDIS_URL';

/**
 * The first pattern counts that is in `tls`, where that is used, the error's code, and its message; then what to do. MASTER stands
 * for the name that is set.
 */
const PROBLEMS = {
  sentinel: [
    [
      /^(tls )? failed to connect to sentinel.*unknown command/i,
      'This is no sentinel: REDIS_URL has to be redis://',
    ],
    [/No such master/, 'Sentinels know no master named MASTER'],
    [
      /unknown command '?eval/i,
      'It runs no scripts, as sentinels do not: for these REDIS_URL has to be redis+sentinel://host:port/master',
    ],
  ],
  login: [
    [/^(tls )? failed to connect to sentinel.*\b(NOAUTH|WRONGPASS)\b/, SENTINEL_LOGIN],
    [/\bNOAUTH\b/, 'It wants a password, and REDIS_URL has none'],
    [/\bWRONGPASS\b/, 'User or password in REDIS_URL is wrong'],
  ],
  rights: [
    [/^(tls )? failed to connect to sentinel.*\bNOPERM\b/, SENTINEL_LOGIN],
    [
      /\bNOPERM\b|can't run this command|ACL failure/,
      'The user lacks a right: docs/replicas.md lists them',
    ],
  ],
  database: [
    [
      /DB index is out of range|SELECT is not allowed/,
      'There is no such database, and REDIS_URL ends with it',
    ],
  ],
  replica: [
    [
      /\b(READONLY|MASTERDOWN)\b/,
      'This is a replica, which takes no writes: REDIS_URL has to name the master',
    ],
  ],
  cluster: [
    [/\bCLUSTERDOWN\b/, 'Nodes of the cluster are down, or slots have none'],
    [/\b(MOVED|ASK)\b/, 'This is one node of several: REDIS_URL has to be redis+cluster://'],
    [/cluster support disabled/, 'This is a single server: REDIS_URL has to be redis://'],
    [
      /Too many Cluster redirections/,
      'Nodes of the cluster do not agree which of them has the keys',
    ],
  ],
  loading: [[/\bLOADING\b/, 'It reads its data from the disk']],
  full: [
    [/\bOOM\b/, 'Its memory is full'],
    [/\bMISCONF\b/, 'It cannot write to its disk'],
  ],
  tls: [
    [/^tls (ECONNRESET|ETIMEDOUT|EPROTO) /, 'Nothing speaks TLS at that port: redis:// is without'],
    [
      /^(tls )?(CERT_|ERR_TLS_|ERR_SSL_|DEPTH_ZERO|SELF_SIGNED|UNABLE_TO_)/,
      'A certificate authority of your own goes into NODE_EXTRA_CA_CERTS',
    ],
  ],
  slow: [[/^(tls )?TIMEOUT /, '']],
  unreachable: [
    [/^ECONNRESET /, 'Where the port expects TLS, REDIS_URL has to be rediss://'],
    [/^(tls )?(E[A-Z]+ | failed to connect to sentinel| There is no connection)/, ''],
  ],
  failing: [[/\bNOREPLICAS\b/, 'Too few of its replicas are connected']],
} satisfies Readonly<Record<string, readonly (readonly [RegExp, string])[]>>;

/** What went wrong, and what was wrong with the connection before that. */
export function toRedisProblem(
  error: Error,
  ofConnection: Error | undefined,
  target: RedisTarget,
): RedisProblem {
  const isSilent = NO_CONNECTION.test(error.message) || error instanceof RedisTimeout;
  const cause: Error & { readonly code?: string; readonly lastNodeError?: Error } =
    (isSilent && ofConnection) || error;
  // A cluster's is in what none of its nodes would say.
  if (cause.lastNodeError) {
    return toRedisProblem(cause.lastNodeError, undefined, target);
  }
  const { message, code = '' } = cause;
  const said = NO_CONNECTION.test(message)
    ? 'There is no connection.'
    : // Arguments may be a password.
      message.replace(/, with args beginning with:.*/s, '') || code;
  const text = `${target.tls ? 'tls ' : ''}${code} ${said}`;
  const state = STATES.find((name) => find(name, text)) ?? 'failing';
  const advice = find(state, text)?.[1].replace('MASTER', () => target.master);
  return { state, reason: advice ? `${advice} (${said}).` : said };
}

const STATES = Object.keys(PROBLEMS) as readonly RedisProblemState[];

function find(state: RedisProblemState, text: string) {
  return PROBLEMS[state].find(([pattern]) => pattern.test(text));
}
