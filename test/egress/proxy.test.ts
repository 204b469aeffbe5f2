import {
  findProxy,
  type ProxySettings,
  parseNoProxy,
  parseProxy,
  type Target,
} from '../../src/egress/proxy';
import { parseSettings } from '../../src/settings/settings';

const toTarget = (url: string): Target => {
  const { protocol, hostname, port } = new URL(url);
  return {
    protocol,
    hostname: hostname.replace(/[[\]]/g, ''),
    port: Number(port) || (protocol === 'https:' ? 443 : 80),
  };
};

describe('NO_PROXY', () => {
  it.each<[string, string, boolean]>([
    ['', 'https://www.digicert.com', false],
    ['*', 'https://www.digicert.com', true],
    ['digicert.com', 'https://www.digicert.com', true],
    ['digicert.com', 'https://digicert.com', true],
    ['digicert.com', 'https://notdigicert.com', false],
    ['.digicert.com', 'https://digicert.com', true],
    ['*.digicert.com', 'https://www.digicert.com', true],
    ['DigiCert.com', 'https://www.digicert.com', true],
    ['id.example.com, digicert.com', 'https://www.digicert.com', true],
    ['id.example.com  digicert.com', 'https://www.digicert.com', true],
    ['digicert.com:443', 'https://www.digicert.com', true],
    ['digicert.com:8443', 'https://www.digicert.com', false],
    ['localhost', 'http://localhost:4010', true],
    ['localhost', 'http://127.0.0.1:4010', false],
    ['127.0.0.1', 'http://127.0.0.1:4010', true],
    ['127.0.0.1:4010', 'http://127.0.0.1:4010', true],
    ['127.0.0.1:4011', 'http://127.0.0.1:4010', false],
    ['127.0.0.0/8', 'http://127.0.0.1:4010', true],
    ['10.0.0.0/8', 'http://10.1.2.3:4318', true],
    ['10.0.0.0/8', 'http://11.1.2.3:4318', false],
    ['10.0.0.0/8', 'http://[::1]:4318', false],
    ['::1', 'http://[::1]:4318', true],
    ['0:0::1', 'http://[::1]:4318', true],
    ['[::1]', 'http://[::1]:4318', true],
    ['[::1]:4318', 'http://[::1]:4318', true],
    ['[::1]:4319', 'http://[::1]:4318', false],
    ['2001:db8::/32', 'https://[2001:db8::5]', true],
    ['127.0.0.*', 'http://127.0.0.1:4010', false],
    ['<local>', 'http://localhost', false],
  ])('of %j: is %s exempt? %s', (text, url, expected) => {
    expect(parseNoProxy(text)(toTarget(url))).toBe(expected);
  });
});

describe('a proxy', () => {
  const settings: ProxySettings = {
    httpsProxy: parseProxy('http://secure.example:3128'),
    httpProxy: parseProxy('plain.example:3128'),
    isExempt: parseNoProxy('internal.example'),
  };

  it('is that of the scheme, unless the target is exempt', () => {
    const find = (url: string) => findProxy(settings, toTarget(url))?.host;

    expect(find('https://www.digicert.com')).toBe('secure.example:3128');
    expect(find('http://127.0.0.1:4010')).toBe('plain.example:3128');
    expect(find('https://id.internal.example')).toBeUndefined();
    expect(
      findProxy({ ...settings, httpsProxy: undefined }, toTarget('https://www.digicert.com')),
    ).toBeUndefined();
  });

  it.each<[Record<string, string>, string | undefined]>([
    [{ HTTPS_PROXY: 'http://a.example' }, 'http://a.example/'],
    [{ HTTPS_PROXY: 'http://a.example', https_proxy: 'http://b.example' }, 'http://b.example/'],
    [{ HTTPS_PROXY: 'http://a.example', https_proxy: '' }, 'http://a.example/'],
    [{ https_proxy: 'a.example:3128' }, 'http://a.example:3128/'],
    [{ HTTPS_PROXY: 'user:p%40ss@a.example:3128' }, 'http://user:p%40ss@a.example:3128/'],
    [{ HTTPS_PROXY: 'https://a.example' }, 'https://a.example/'],
    [{ HTTPS_PROXY: '[::1]:3128' }, 'http://[::1]:3128/'],
    [{ http_proxy: 'http://a.example' }, undefined],
  ])('is read from %j', (environment, expected) => {
    const parsed = parseSettings(environment);

    expect(parsed.ok && parsed.settings.proxies?.httpsProxy?.href).toBe(expected);
  });

  it('is none where only NO_PROXY is set', () => {
    const parsed = parseSettings({ NO_PROXY: '*', no_proxy: 'x' });

    expect(parsed.ok && parsed.settings.proxies).toBeUndefined();
  });

  const NO_PROXY_URL =
    'is no HTTP proxy: give one such as http://proxy.example.com:3128. SOCKS is not supported.';

  it.each([
    ['socks5://secret@proxy.example', NO_PROXY_URL],
    ['socks5h://secret@proxy.example:1080', NO_PROXY_URL],
    ['http://', NO_PROXY_URL],
    ['http://proxy.example/secret', NO_PROXY_URL],
    ['http://proxy.example?secret', NO_PROXY_URL],
    ['a secret', NO_PROXY_URL],
    [
      'http://user:sec%ret@proxy.example',
      'has a user or password with a % that begins no escape: write it as %25.',
    ],
  ])('%s is refused at the start, without its value', (value, complaint) => {
    expect(parseSettings({ HTTPS_PROXY: value, http_proxy: value })).toEqual({
      ok: false,
      problems: [`HTTPS_PROXY ${complaint}`, `HTTP_PROXY ${complaint}`],
    });
  });
});
