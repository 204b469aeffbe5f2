// Why Redis cannot be relied on, in one line that says what to do. By codes of Redis, Node.js and OpenSSL; where ioredis
// has no code, by the words that it has instead.
import type { RedisTarget } from './redis-url';

export interface RedisProblem {
  /** As `/readyz` has it. */
  readonly state:
    | 'unreachable'
    | 'slow'
    | 'tls'
    | 'login'
    | 'rights'
    | 'database'
    | 'replica'
    | 'sentinel'
    | 'cluster'
    | 'loading'
    | 'full'
    | 'failing';
  /** Also says what to do. */
  readonly reason: string;
}

/** Redis answers, and is not what it has to be. */
export class RedisRefusal extends Error {
  constructor(
    readonly state: RedisProblem['state'],
    reason: string,
  ) {
    super(reason);
  }
}

export class RedisTimeout extends Error {}

/** The first word of Redis' own errors. */
const REDIS_CODES: Readonly<Record<string, readonly [RedisProblem['state'], string]>> = {
  NOAUTH: ['login', 'REDIS_URL has to have a password'],
  WRONGPASS: ['login', 'user or password in REDIS_URL is wrong'],
  NOPERM: ['rights', 'the user lacks a right; docs/replicas.md has them'],
  READONLY: ['replica', 'REDIS_URL has to name the master'],
  NOREPLICAS: ['failing', 'too few of its replicas are connected'],
  MASTERDOWN: ['replica', 'REDIS_URL has to name the master'],
  LOADING: ['loading', 'it reads its data from the disk'],
  OOM: ['full', 'its memory is full'],
  MISCONF: ['full', 'it cannot write to its disk'],
  CLUSTERDOWN: ['cluster', 'nodes of the cluster are down, or slots have none'],
  MOVED: ['cluster', 'this is one node of several: REDIS_URL has to be redis+cluster://'],
  ASK: ['cluster', 'this is one node of several: REDIS_URL has to be redis+cluster://'],
};

/** `code` of errors of sockets, of look-ups and of TLS. */
const TLS_CODE = /^(CERT_|ERR_TLS_|ERR_SSL_|DEPTH_ZERO|SELF_SIGNED|UNABLE_TO_|EPROTO)/;

/** What says nothing by itself: the connection is not there, and its own error says why. */
const NO_CONNECTION =
  /^(Connection is closed|Stream isn't writeable|Cluster isn't ready|None of startup nodes|Reached the max retries)/;

/** What went wrong, and what was wrong with the connection before that. */
export function toRedisProblem(
  error: Error,
  ofConnection: Error | undefined,
  target: RedisTarget,
): RedisProblem {
  if (error instanceof RedisRefusal) {
    return { state: error.state, reason: error.message };
  }
  const isSilent = NO_CONNECTION.test(error.message) || error instanceof RedisTimeout;
  const cause = (isSilent && ofConnection) || error;
  // A cluster's is in what none of its nodes would say.
  const { lastNodeError } = cause as { lastNodeError?: Error };
  if (lastNodeError) {
    return toRedisProblem(lastNodeError, undefined, target);
  }
  const { message, code = '' } = cause as { message: string; code?: string };
  const [state, advice] = explain(message, code, target, cause);
  return { state, reason: advice ? `${message || code}: ${advice}.` : message || code };
}

function explain(
  message: string,
  code: string,
  { kind, tls, master }: RedisTarget,
  cause: Error,
): readonly [RedisProblem['state'], string] {
  const known =
    REDIS_CODES[
      /[A-Z]+/.exec(
        message.replace(/^Too many Cluster redirections\. Last error: (\w+: )?/, ''),
      )?.[0] ?? ''
    ];
  switch (true) {
    case known !== undefined:
      return known as readonly [RedisProblem['state'], string];
    case message.includes("can't run this command"):
      return ['rights', 'the user lacks the right to this command; docs/replicas.md has them'];
    case message.includes('DB index is out of range') || message.includes('SELECT is not allowed'):
      return ['database', 'there is no such database; REDIS_URL ends with one'];
    case message.includes('cluster support disabled'):
      return ['cluster', 'this is a single server: REDIS_URL has to be redis://'];
    case kind === 'sentinel' && /unknown command/i.test(message):
      return ['sentinel', 'this is no sentinel: REDIS_URL has to name sentinels, or be redis://'];
    case kind === 'sentinel' && message.includes('invalid reply: null'):
      return ['sentinel', `sentinels know no master named ${master}`];
    case tls && (code === 'ECONNRESET' || /WRONG_VERSION|EPROTO/.test(code)):
      return ['tls', 'there seems to be no TLS at that port: redis:// is without'];
    case TLS_CODE.test(code):
      return ['tls', 'a certificate authority of your own goes into NODE_EXTRA_CA_CERTS'];
    case code === 'ECONNRESET' && !tls:
      return ['unreachable', 'where the port expects TLS, REDIS_URL has to be rediss://'];
    case cause instanceof RedisTimeout:
      return ['slow', ''];
    case /^E[A-Z]+$/.test(code) || NO_CONNECTION.test(message):
      return ['unreachable', ''];
    default:
      return ['failing', ''];
  }
}
