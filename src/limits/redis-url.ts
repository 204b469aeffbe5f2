// REDIS_URL in its three forms: one server, a cluster, and a master that sentinels know.

export interface RedisAddress {
  readonly host: string;
  readonly port: number;
}

interface Credentials {
  readonly username: string | undefined;
  readonly password: string | undefined;
}

export interface RedisTarget extends Credentials {
  readonly kind: 'single' | 'cluster' | 'sentinel';
  readonly tls: boolean;
  /** Of the server; some of a cluster's nodes; of sentinels. */
  readonly addresses: readonly [RedisAddress, ...RedisAddress[]];
  readonly database: number;
  /** What sentinels are asked for, and who asks them. Elsewhere empty. */
  readonly master: string;
  readonly sentinel: Credentials;
}

const FORM =
  /^redis(s?)(?:\+(cluster|sentinel))?:\/\/(?:([^/?#@]*)@)?([^/?#@]*)([^?#@]*)(?:\?([^#@]*))?$/;

const DEFAULT_PORTS = { single: 6379, cluster: 6379, sentinel: 26379 } as const;

/** More than Redis can be set to have would only be refused by it. */
const MAX_DATABASE = 2_147_483_647;

const EXAMPLES = {
  single: 'rediss://:password@host:6379/0',
  cluster: 'rediss+cluster://:password@host1:6379,host2:6379',
  sentinel: 'rediss+sentinel://:password@host1:26379,host2:26379/master',
} as const;

/** No message repeats what was given: it can hold a password. */
export function parseRedisUrl(text: string): RedisTarget {
  const match = FORM.exec(text);
  if (!match) {
    throw new Error(
      /^rediss?(\+(cluster|sentinel))?:\/\//.test(text)
        ? 'is no Redis URL: percent-encode user and password, such as %40 for @, %2F for / and %23 for #.'
        : `is no Redis URL: give one such as ${Object.values(EXAMPLES).join(', ')}.`,
    );
  }
  const [, tls, form = 'single', login, hosts = '', path = '', query = ''] = match;
  const kind = form as RedisTarget['kind'];
  const [first, ...others] = hosts.split(',').map((host) => toAddress(host, kind));
  if (!first || (kind === 'single' && others.length > 0)) {
    throw new Error(
      `has several hosts: give ${EXAMPLES.cluster} for a cluster, ${EXAMPLES.sentinel} for sentinels.`,
    );
  }
  const [, segment = '', rest = '', ...more] = path.split('/');
  const [master, database] = kind === 'sentinel' ? [decode(segment), rest] : ['', segment];
  if (more.length > 0 || (kind !== 'sentinel' && rest)) {
    throw new Error(`has more in its path than there can be: give one such as ${EXAMPLES[kind]}.`);
  }
  if (kind === 'sentinel' && !master) {
    throw new Error(`does not name the master: give one such as ${EXAMPLES.sentinel}.`);
  }
  return {
    kind,
    tls: tls === 's',
    addresses: [first, ...others],
    ...toCredentials(login),
    database: toDatabase(database, kind),
    master,
    sentinel: toSentinel(query, kind),
  };
}

function toAddress(text: string, kind: RedisTarget['kind']): RedisAddress {
  const [, ipv6, name, port = DEFAULT_PORTS[kind]] =
    /^(?:\[([\da-f:.]+)\]|([^:[\]\s%]+))(?::(\d{1,5}))?$/i.exec(text) ?? [];
  const host = ipv6 ?? name;
  if (!host || Number(port) < 1 || Number(port) > 65_535) {
    throw new Error(
      `has no host, or a port that is none: give one such as ${EXAMPLES[kind]}, with user and password percent-encoded.`,
    );
  }
  return { host, port: Number(port) };
}

function toCredentials(login = ''): Credentials {
  const colon = login.indexOf(':');
  const [username, password] =
    colon < 0 ? [login, ''] : [login.slice(0, colon), login.slice(colon + 1)];
  if (username && !password) {
    throw new Error('has a user without a password: a password alone is :password@.');
  }
  return { username: decode(username) || undefined, password: decode(password) || undefined };
}

function toDatabase(text = '', kind: RedisTarget['kind']): number {
  if (!/^\d{0,10}$/.test(text) || Number(text) > MAX_DATABASE) {
    throw new Error('names a database that is no number: give one such as /0, or none.');
  }
  if (kind === 'cluster' && Number(text) > 0) {
    throw new Error('names a database, and a cluster has database 0 alone.');
  }
  return Number(text);
}

/** Sentinels have users and passwords of their own. */
function toSentinel(query: string, kind: RedisTarget['kind']): Credentials {
  const given = query ? query.split('&').map((pair) => pair.split('=')) : [];
  const values = new Map(given.map(([name, value = '']) => [name, decode(value)]));
  const username = values.get('sentinelUsername');
  const password = values.get('sentinelPassword');
  const known = Number(values.has('sentinelUsername')) + Number(values.has('sentinelPassword'));
  if (known < given.length || (given.length > 0 && kind !== 'sentinel')) {
    throw new Error(
      'has a query: only redis+sentinel:// takes one, with sentinelPassword, and sentinelUsername beside it.',
    );
  }
  if (username && !password) {
    throw new Error('has sentinelUsername without sentinelPassword.');
  }
  return { username, password };
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    throw new Error('has a % that begins no code: percent-encode it, as %25.');
  }
}
