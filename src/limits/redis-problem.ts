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

type Explanation = readonly [state: RedisProblem['state'], whatToDo: string];

const LACKS_RIGHT = 'The user lacks a right: docs/replicas.md lists them';

/** By the first word of Redis' own errors. */
const REDIS_CODES: Readonly<Record<string, Explanation>> = {
  NOAUTH: ['login', 'It wants a password, and REDIS_URL has none'],
  WRONGPASS: ['login', 'User or password in REDIS_URL is wrong'],
  NOPERM: ['rights', LACKS_RIGHT],
  READONLY: ['replica', 'This is a replica: REDIS_URL has to name the master'],
  MASTERDOWN: ['replica', 'This is a replica: REDIS_URL has to name the master'],
  NOREPLICAS: ['failing', 'Too few of its replicas are connected'],
  LOADING: ['loading', 'It reads its data from the disk'],
  OOM: ['full', 'Its memory is full'],
  MISCONF: ['full', 'It cannot write to its disk'],
  CLUSTERDOWN: ['cluster', 'Nodes of the cluster are down, or slots have none'],
  MOVED: ['cluster', 'This is one node of several: REDIS_URL has to be redis+cluster://'],
  ASK: ['cluster', 'This is one node of several: REDIS_URL has to be redis+cluster://'],
};

/** `code` of errors of sockets, of look-ups and of TLS. */
const TLS_CODE = /^(CERT_|ERR_TLS_|ERR_SSL_|DEPTH_ZERO|SELF_SIGNED|UNABLE_TO_)/;

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
  const [state, whatToDo] = explain(cause, message, code, target);
  const said = NO_CONNECTION.test(message)
    ? 'There is no connection.'
    : // Arguments may be a password.
      message.replace(/, with args beginning with:.*/s, '') || code;
  return { state, reason: whatToDo ? `${whatToDo} (${said}).` : said };
}

function explain(
  cause: Error,
  message: string,
  code: string,
  { tls, master }: RedisTarget,
): Explanation {
  const [redisCode = ''] = /\b[A-Z]{3,}\b/.exec(message) ?? [];
  const known = REDIS_CODES[redisCode];
  const isOfSentinel = message.startsWith('failed to connect to sentinel');
  switch (true) {
    case message.startsWith('Too many Cluster redirections'):
      return ['cluster', 'Nodes of the cluster do not agree which of them has the keys'];
    case known !== undefined:
      return isOfSentinel
        ? [known[0], 'Sentinels have users of their own: sentinelPassword in REDIS_URL']
        : known;
    case message.includes("can't run this command"):
      return ['rights', LACKS_RIGHT];
    case /DB index is out of range|SELECT is not allowed/.test(message):
      return ['database', 'There is no such database, and REDIS_URL ends with it'];
    case message.includes('cluster support disabled'):
      return ['cluster', 'This is a single server: REDIS_URL has to be redis://'];
    case isOfSentinel && /unknown command/i.test(message):
      return ['sentinel', 'This is no sentinel: REDIS_URL has to be redis://'];
    case message.includes('No such master'):
      return ['sentinel', `Sentinels know no master named ${master}`];
    case tls && (code === 'ECONNRESET' || code === 'ETIMEDOUT' || code === 'EPROTO'):
      return ['tls', 'Nothing speaks TLS at that port: redis:// is without'];
    case TLS_CODE.test(code):
      return ['tls', 'A certificate authority of your own goes into NODE_EXTRA_CA_CERTS'];
    case code === 'ECONNRESET':
      return ['unreachable', 'Where the port expects TLS, REDIS_URL has to be rediss://'];
    case cause instanceof RedisTimeout:
      return ['slow', ''];
    case isOfSentinel || /^E[A-Z]+$/.test(code) || NO_CONNECTION.test(message):
      return ['unreachable', ''];
    default:
      return ['failing', ''];
  }
}
