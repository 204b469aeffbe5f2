// Which proxy a connection goes through, by the customary variables HTTPS_PROXY, HTTP_PROXY and NO_PROXY.
import { createNetworkCheck } from '../lib/ip-address';

/** Where a connection goes. */
export interface Target {
  readonly protocol: string;
  /** An IPv6 address is not in brackets. */
  readonly hostname: string;
  readonly port: number;
}

export interface ProxySettings {
  /** For https. */
  readonly httpsProxy: URL | undefined;
  /** For http. */
  readonly httpProxy: URL | undefined;
  readonly isExempt: (target: Target) => boolean;
}

/** Takes `host:port` too. It can hold a password, so nothing of it is repeated. */
export function parseProxy(text: string): URL {
  const url = /^[^/]*:\/\//.test(text) ? text : `http://${text}`;
  const { protocol, username, password, pathname, search, hash } = URL.canParse(url)
    ? new URL(url)
    : ({} as Partial<URL>);
  if (!/^https?:$/.test(protocol ?? '') || pathname !== '/' || search || hash) {
    throw new Error(
      'is no HTTP proxy: give one such as http://proxy.example.com:3128. SOCKS is not supported.',
    );
  }
  try {
    decodeURIComponent(`${username}${password}`);
  } catch {
    throw new Error('has a user or password with a % that begins no escape: write it as %25.');
  }
  return new URL(url);
}

/**
 * Names with all below them, addresses, networks such as 10.0.0.0/8, each with a port or without; `*` is everything.
 * What is none of these matches nothing, as other programs may understand it.
 */
export function parseNoProxy(text: string): ProxySettings['isExempt'] {
  const entries = text.split(/[\s,]+/).filter((entry) => entry !== '');
  const rules = entries.map((entry) => {
    const [, host = entry, port] = /^(\[.*\]|[^:]*):(\d+)$/.exec(entry.toLowerCase()) ?? [];
    const name = host.toLowerCase().replace(/^\*?\./, '');
    const isInNetwork = createNetworkCheck([host]);
    return ({ hostname, port: targetPort }: Target) =>
      (port === undefined || Number(port) === targetPort) &&
      (host === '*' || hostname === name || hostname.endsWith(`.${name}`) || isInNetwork(hostname));
  });
  return (target) => rules.some((matches) => matches(target));
}

/** `undefined`: none. */
export function findProxy(settings: ProxySettings, target: Target): URL | undefined {
  const proxy = target.protocol === 'https:' ? settings.httpsProxy : settings.httpProxy;
  return proxy && !settings.isExempt(target) ? proxy : undefined;
}
