// Parsers of the settings about who may call and how often, as those in parsers.ts.
import ipaddr from 'ipaddr.js';
import type { RollingWindow } from '../domain/rolling-window';

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

/** Comma-separated addresses and networks. */
export function parseProxies(text: string): readonly string[] {
  const proxies = text.split(',').map((proxy) => proxy.trim());
  for (const proxy of proxies) {
    if (!ipaddr.isValid(proxy) && !ipaddr.isValidCIDR(proxy)) {
      throw new Error(
        `has ${JSON.stringify(proxy)}: give IP addresses or networks such as 192.0.2.0/28, comma-separated.`,
      );
    }
  }
  return proxies;
}

/** It can hold a password, so nothing of it is repeated. */
export function parseRedisUrl(text: string): string {
  const protocols = ['redis:', 'rediss:'];
  if (!URL.canParse(text) || !protocols.includes(new URL(text).protocol) || !new URL(text).host) {
    throw new Error('is no Redis URL: give one such as rediss://:password@host:6379/0.');
  }
  return text;
}

/** An issuer, an audience: compared as it is. */
export function parseName(text: string): string {
  if (text.length > 500 || /[\s\p{Cc}]/u.test(text)) {
    throw new Error('has white space in it, or more than 500 characters.');
  }
  return text;
}

/** Keys a hash that nobody can undo by trying every address there is. */
export function parseHashKey(text: string): string {
  if (text.length < 16) {
    throw new Error('is too short: give at least 16 characters.');
  }
  return text;
}
