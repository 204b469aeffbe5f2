// REDIS_URL in its three forms, and what is said of one that cannot work.
import { parseRedisUrl, type RedisTarget } from '../../src/limits/redis-url';

const NONE = { username: undefined, password: undefined };

const SINGLE: RedisTarget = {
  kind: 'single',
  tls: false,
  addresses: [{ host: 'host', port: 6379 }],
  ...NONE,
  database: 0,
  master: '',
  sentinel: NONE,
};

const toAddresses = (...ports: number[]) =>
  ports.map((port, index) => ({ host: `h${index + 1}`, port })) as never;

describe('REDIS_URL', () => {
  it.each<[url: string, difference: Partial<RedisTarget>]>([
    ['redis://host', {}],
    ['redis://host/', {}],
    ['redis://host:7000/3', { addresses: [{ host: 'host', port: 7000 }], database: 3 }],
    ['rediss://host', { tls: true }],
    ['redis://[::1]:7000', { addresses: [{ host: '::1', port: 7000 }] }],
    ['redis://:secret@host', { password: 'secret' }],
    ['redis://user:secret@host', { username: 'user', password: 'secret' }],
    ['redis://us%40er:a%2Fb%23c%25%3F@host', { username: 'us@er', password: 'a/b#c%?' }],
    ['redis://:a:b@host', { password: 'a:b' }],
    ['redis://:a=b+c@host', { password: 'a=b+c' }],
    ['redis+cluster://h1/0', { kind: 'cluster', addresses: toAddresses(6379) }],
    [
      'rediss+cluster://user:secret@h1:1,h2:2,h3',
      {
        kind: 'cluster',
        tls: true,
        username: 'user',
        password: 'secret',
        addresses: toAddresses(1, 2, 6379),
      },
    ],
    [
      'redis+sentinel://h1,h2:2/mymaster',
      { kind: 'sentinel', addresses: toAddresses(26379, 2), master: 'mymaster' },
    ],
    [
      'rediss+sentinel://:secret@h1/my%20master/2?sentinelUsername=u&sentinelPassword=p%26q=',
      {
        kind: 'sentinel',
        tls: true,
        password: 'secret',
        addresses: toAddresses(26379),
        master: 'my master',
        database: 2,
        sentinel: { username: 'u', password: 'p&q=' },
      },
    ],
  ])('%s is taken', (url, difference) => {
    expect(parseRedisUrl(url)).toEqual({ ...SINGLE, ...difference });
  });

  it.each<[url: string, problem: string]>([
    ['http://:hunter2@host', 'is not a Redis URL: give one such as rediss://'],
    ['host:6379', 'is not a Redis URL: give one such as rediss://'],
    ['redis+clusters://host', 'is not a Redis URL: give one such as rediss://'],
    ['redis://', 'has no host'],
    ['redis://host:0', 'has no host, or not a port'],
    ['redis://host:65536', 'has no host, or not a port'],
    ['redis://host:', 'has no host, or not a port'],
    ['redis://host/abc', 'names a database that is not a number: give one such as /0'],
    ['redis://host/-1', 'names a database that is not a number'],
    ['redis://host/0/1', 'has another path than rediss://'],
    ['redis://h1,h2', 'has several hosts: give rediss+cluster://'],
    ['redis+cluster://h1/1', 'has another path than rediss+cluster://'],
    ['redis+sentinel://h1', 'has another path than rediss+sentinel://'],
    ['redis+sentinel://h1/m/x', 'names a database that is not a number'],
    ['redis+sentinel://h1/m?sentinelUsername=u', 'has a query: only redis+sentinel:// takes one'],
    ['redis+sentinel://h1/m?db=1', 'has a query: only redis+sentinel:// takes one'],
    ['redis://host?db=1', 'has a query: only redis+sentinel:// takes one'],
    ['redis://hunter2@host', 'has a user without a password'],
    ['redis://:hunter2%@host', 'has a % that begins no code: percent-encode it, as %25'],
    ['redis://:hunter2@x@host', 'percent-encode user and password'],
    ['redis://:hunter2/x@host', 'percent-encode user and password'],
    ['redis://:hunter2#x@host', 'percent-encode user and password'],
    ['redis://:1?hunter2@host', 'percent-encode user and password'],
    ['redis://user:1#hunter2@host', 'percent-encode user and password'],
    ['redis://user:1/hunter2@host', 'percent-encode user and password'],
  ])('%s is refused, and what it holds is not repeated', (url, problem) => {
    const refuse = () => parseRedisUrl(url);
    expect(refuse).toThrow(problem);
    expect(refuse).not.toThrow('hunter2');
  });
});
