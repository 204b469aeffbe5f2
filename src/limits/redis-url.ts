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
  /** As sentinels know it, and the login that these want. Elsewhere empty. */
  readonly master: string;
  readonly sentinel: Credentials;
}

const FORM =
  /^redis(?<tls>s?)(?:\+(?<kind>cluster|sentinel))?:\/\/(?:(?<user>[^:/?#@]*)(?::(?<password>[^/?#@]*))?@)?(?<hosts>[^/?#@]*)(?<path>(?:\/[^?#@]*)?)(?:\?(?<query>[^#@]*))?$/;

const HOST = /^(?:\[(?<ipv6>[\da-f:.]+)\]|(?<name>[^:[\]\s%]+))(?::(?<port>\d{1,5}))?$/i;

const PATHS = {
  single: /^\/?(?<database>[^/]*)$/,
  cluster: /^\/?(?<database>0?)$/,
  sentinel: /^\/(?<master>[^/]+)(?:\/(?<database>[^/]*))?$/,
} as const;

const EXAMPLES = {
  single: 'rediss://:password@host:6379/0',
  cluster: 'rediss+cluster://:password@host1:6379,host2:6379',
  sentinel: 'rediss+sentinel://:password@host1:26379,host2:26379/master',
} as const;

const ENCODE = 'percent-encode user and password, such as %40 for @, %2F for / and %23 for #.';

/** No message repeats what was given: it can hold a password. */
export function parseRedisUrl(text: string): RedisTarget {
  const parts = FORM.exec(text)?.groups;
  if (!parts) {
    const looksRight = /^rediss?(\+(cluster|sentinel))?:\/\//.test(text);
    const examples = Object.values(EXAMPLES).join(', ');
    throw new Error(`is not a Redis URL: ${looksRight ? ENCODE : `give one such as ${examples}.`}`);
  }
  const { user = '', password = '', hosts = '', path = '', query } = parts;
  const kind = (parts.kind ?? 'single') as RedisTarget['kind'];
  const [address, ...others] = hosts.split(',').map((host) => toAddress(host, kind));
  if (!address || (kind === 'single' && others.length > 0)) {
    throw new Error(`has several hosts: give ${EXAMPLES.cluster}, or ${EXAMPLES.sentinel}.`);
  }
  const names = PATHS[kind].exec(path)?.groups;
  if (!names) {
    throw new Error(`has another path than ${EXAMPLES[kind]}.`);
  }
  const { master = '', database = '' } = names;
  if (!/^\d{0,9}$/.test(database)) {
    throw new Error('names a database that is not a number: give one such as /0, or none.');
  }
  if (user && !password) {
    throw new Error('has a user without a password: a password alone is :password@.');
  }
  return {
    kind,
    tls: parts.tls === 's',
    addresses: [address, ...others],
    username: decode(user),
    password: decode(password),
    database: Number(database),
    master: decode(master) ?? '',
    sentinel: toSentinel(query, kind),
  };
}

function toAddress(text: string, kind: RedisTarget['kind']): RedisAddress {
  const {
    ipv6,
    name,
    port = kind === 'sentinel' ? '26379' : '6379',
  } = HOST.exec(text)?.groups ?? {};
  const host = ipv6 ?? name;
  if (!host || Number(port) < 1 || Number(port) > 65_535) {
    throw new Error(`has no host, or not a port: give one such as ${EXAMPLES[kind]}; ${ENCODE}`);
  }
  return { host, port: Number(port) };
}

/** Sentinels have users and passwords of their own. */
function toSentinel(query = '', kind: RedisTarget['kind']): RedisTarget['sentinel'] {
  const { username, password } =
    /^(?:sentinelUsername=(?<username>[^&]+)&)?sentinelPassword=(?<password>[^&]+)$/.exec(query)
      ?.groups ?? {};
  if (query && (!password || kind !== 'sentinel')) {
    throw new Error(
      'has a query: only redis+sentinel:// takes one, sentinelPassword=, with sentinelUsername= before it.',
    );
  }
  return { username: decode(username), password: decode(password) };
}

/** `undefined`: there is none. */
function decode(text = ''): string | undefined {
  try {
    return decodeURIComponent(text) || undefined;
  } catch {
    throw new Error('has a % that begins no code: percent-encode it, as %25.');
  }
}
