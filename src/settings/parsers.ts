// One parser per kind of setting. Each throws a sentence that fits behind the setting's name and
// repeats the value only where it can be no secret.
import { readFileSync } from 'node:fs';
import { isIP, isIPv4, isIPv6 } from 'node:net';
import { networkInterfaces } from 'node:os';
import ipaddr from 'ipaddr.js';
import isFQDN from 'validator/lib/isFQDN';
import type { RollingWindow } from '../domain/rolling-window';
import { parseSecureUrl } from '../lib/secure-url';

/** `::` takes IPv4, too. A machine without IPv6 may not know it at all; there `0.0.0.0` is the same. */
export function parseHost(text: string): string {
  if (text === '::') {
    const addresses = Object.values(networkInterfaces()).flat();
    return addresses.some((address) => address?.family === 'IPv6') ? '::' : '0.0.0.0';
  }
  if (isIP(text) === 0 && text !== 'localhost' && !isFQDN(text, { require_tld: false })) {
    throw new Error(`is ${JSON.stringify(text)}: give an IP address or a host name.`);
  }
  return text;
}

export function integerBetween(lowest: number, highest: number, unit: string) {
  return (text: string): number => {
    const value = /^\d{1,15}$/.test(text) ? Number(text) : Number.NaN;
    if (!(value >= lowest && value <= highest)) {
      throw new Error(`is ${JSON.stringify(text)}: give ${unit} from ${lowest} to ${highest}.`);
    }
    return value;
  };
}

export const parsePort = integerBetween(0, 65_535, 'a port number');

export function oneOf<const Choice extends string>(choices: readonly Choice[]) {
  return (text: string): Choice => {
    const choice = choices.find((candidate) => candidate === text);
    if (choice === undefined) {
      throw new Error(`is ${JSON.stringify(text)}: give one of ${choices.join(', ')}.`);
    }
    return choice;
  };
}

export function parseSwitch(text: string): boolean {
  return oneOf(['on', 'off'])(text) === 'on';
}

/** For what can be a secret. */
function matching(pattern: RegExp, complaint: string) {
  return (text: string): string => {
    if (!pattern.test(text)) {
      throw new Error(complaint);
    }
    return text;
  };
}

/** An HTTP header carries it, so visible ASCII; longer than any key DigiCert issues. */
export const parseApiKey = matching(
  /^[\x21-\x7e]{1,256}$/,
  'does not hold an API key: give 1 to 256 visible ASCII characters.',
);

/** Keys a hash that cannot be undone by trying every address there is. */
export const parseHashKey = matching(/^.{16}/s, 'is too short: give at least 16 characters.');

/** An issuer, an audience: compared as it is. */
export const parseName = matching(
  /^[^\s\p{Cc}]{1,500}$/u,
  'has white space in it, or more than 500 characters.',
);

/** An HTTP header carries it; long enough not to be guessed, and without the comma that parts two. */
const ROUTER_SECRET = /^[\x21-\x2b\x2d-\x7e]{16,256}$/;

/** One secret, or two while one is being replaced. */
export function parseRouterSecrets(text: string): readonly string[] {
  const secrets = text.split(/[\s,]+/);
  if (secrets.length > 2 || !secrets.every((secret) => ROUTER_SECRET.test(secret))) {
    throw new Error(
      'does not hold a secret: give one, or two with a comma between, of 16 to 256 visible ASCII characters each.',
    );
  }
  return secrets;
}

/** For a setting that names a file with a secret in it. The path is not repeated: it could be the secret. */
export function fromFile<Value>(parse: (text: string) => Value) {
  return (path: string): Value => parse(readTextFile(path).trim());
}

export function readTextFile(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    throw new Error(`names a file that cannot be read (${code}).`);
  }
}

function listOf(isItem: (text: string) => boolean, what: string) {
  return (text: string): readonly string[] => {
    const items = text === '' ? [] : text.split(',').map((item) => item.trim());
    const wrong = items.find((item) => !isItem(item));
    if (wrong !== undefined) {
      throw new Error(`has ${JSON.stringify(wrong)}: give ${what}, comma-separated.`);
    }
    return items;
  };
}

/** A wildcard is no origin, but a host of URL's may hold an asterisk. */
export const parseOrigins = listOf(
  (origin) => URL.canParse(origin) && new URL(origin).origin === origin && !origin.includes('*'),
  'origins such as https://app.example.com',
);

export const parseProxies = listOf(
  // A network of all addresses would believe anyone.
  (proxy) => ipaddr.isValid(proxy) || (ipaddr.isValidCIDR(proxy) && !proxy.endsWith('/0')),
  'IP addresses or networks such as 192.0.2.0/28',
);

export const parseScopeClaims = listOf(
  (claim) => /^[^\s\p{Cc}]{1,200}$/u.test(claim),
  'names or paths of claims such as scope or resource_access.dv.roles',
);
/** An address alone, or with a port, for which an IPv6 address is in brackets. */
const DNS_SERVER = /^(?:\[([\da-f:.]+)\]|([\d.]+))(?::([1-9]\d{0,4}))?$/i;

export const parseDnsServers = listOf((server) => {
  const [, ipv6 = '', ipv4 = '', port = '53'] = DNS_SERVER.exec(server) ?? [];
  const isAddress = isIPv6(server) || isIPv6(ipv6) || isIPv4(ipv4);
  return isAddress && Number(port) <= 65_535;
}, 'IP addresses, with a port or without, such as 192.0.2.53, 192.0.2.53:5353 or [2001:db8::53]:5353');

const UNIT_MS: Readonly<Record<string, number>> = { ms: 1, s: 1_000, m: 60_000, h: 3_600_000 };

/** Longest window; what is counted is remembered for so long. */
const MAX_WINDOW_MS = 3_600_000;

const MAX_LIMIT = 1_000_000;

/** `100/5s,1000/180s`: that many in that time, for every one of them. `off`: no limit. */
export function parseWindows(text: string): readonly RollingWindow[] {
  return text === 'off' ? [] : text.split(',').map((part) => parseWindow(part.trim()));
}

function parseWindow(text: string): RollingWindow {
  const [, limitText, countText, unit = ''] = /^(\d{1,9})\/(\d{1,9})(ms|s|m|h)$/.exec(text) ?? [];
  const limit = Number(limitText);
  const windowMs = Number(countText) * (UNIT_MS[unit] ?? 0);
  if (!(limit >= 1 && limit <= MAX_LIMIT && windowMs >= 1 && windowMs <= MAX_WINDOW_MS)) {
    throw new Error(
      `has ${JSON.stringify(text)}: give a number per time such as 100/5s or 60/1m, an hour at most, several with commas, or off.`,
    );
  }
  return { limit, windowMs };
}

/** Of a service in the operator's own network. It can hold a password, so nothing of it is repeated. */
export function parseHttpUrl(text: string): string {
  if (!URL.canParse(text) || !/^https?:$/.test(new URL(text).protocol)) {
    throw new Error('is no URL: give one such as http://collector:4318.');
  }
  return text;
}

/** Returns the URL without a slash at its end. */
export function parseBaseUrl(text: string): string {
  const url = parseSecureUrl(text);
  if (url.search) {
    throw new Error('must be a plain URL, without a query.');
  }
  return url.href.replace(/(?<!\/)\/+$/, '');
}
