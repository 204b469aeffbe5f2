// One parser per kind of setting. Each throws a sentence that fits behind the setting's name and
// repeats the value only where it can be no secret.
import { readFileSync } from 'node:fs';
import { isIP } from 'node:net';
import isFQDN from 'validator/lib/isFQDN';

export function parseHost(text: string): string {
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

export function oneOf<Choice extends string>(choices: readonly Choice[]) {
  return (text: string): Choice => {
    const choice = choices.find((candidate) => candidate === text);
    if (choice === undefined) {
      throw new Error(`is ${JSON.stringify(text)}: give one of ${choices.join(', ')}.`);
    }
    return choice;
  };
}

/** An HTTP header carries it, so visible ASCII; longer than any key DigiCert issues. */
const API_KEY = /^[\x21-\x7e]{1,256}$/;

export function parseApiKey(text: string): string {
  if (!API_KEY.test(text)) {
    throw new Error('does not hold an API key: give 1 to 256 visible ASCII characters.');
  }
  return text;
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

export function parseSwitch(text: string): boolean {
  return oneOf(['on', 'off'])(text) === 'on';
}

/** Comma-separated origins; a wildcard is no origin. */
export function parseOrigins(text: string): readonly string[] {
  const origins = text.split(',').map((origin) => origin.trim());
  for (const origin of origins) {
    if (!URL.canParse(origin) || new URL(origin).origin !== origin) {
      throw new Error(
        `has ${JSON.stringify(origin)}: give origins such as https://app.example.com, comma-separated.`,
      );
    }
  }
  return origins;
}

/** Returns the URL without a slash at its end. */
export function parseBaseUrl(text: string): string {
  const url = parseSecureUrl(text);
  if (url.search) {
    throw new Error('must be a plain URL, without a query.');
  }
  return url.href.replace(/(?<!\/)\/+$/, '');
}

/** Of a service in the operator's own network. It can hold a password, so nothing of it is repeated. */
export function parseHttpUrl(text: string): string {
  if (!URL.canParse(text) || !/^https?:$/.test(new URL(text).protocol)) {
    throw new Error('is no URL: give one such as http://collector:4318.');
  }
  return text;
}

/** What is fetched or sent there must not be read or replaced on the way. */
export function parseSecureUrl(text: string): URL {
  if (!URL.canParse(text)) {
    throw new Error('is no URL: give one that begins with https://.');
  }
  const url = new URL(text);
  if (url.username || url.password || url.hash) {
    throw new Error('must be a plain URL, without user, password or fragment.');
  }
  if (url.protocol !== 'https:' && !(url.protocol === 'http:' && isLoopback(url.hostname))) {
    throw new Error(
      `begins with ${url.protocol}//${url.host}: give https, or http to this machine alone.`,
    );
  }
  return url;
}

function isLoopback(hostname: string): boolean {
  return hostname === 'localhost' || hostname === '[::1]' || /^127(?:\.\d+){3}$/.test(hostname);
}
