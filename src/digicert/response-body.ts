// Reads what DigiCert, or a proxy before it, put into a response body: JSON, other text, or nothing of use.
import { brotliDecompressSync, gunzipSync, inflateSync } from 'node:zlib';
import type { DigicertError } from '../domain/outcome';
import { isObject } from '../lib/is-object';
import { toVisible } from '../lib/visible-text';
import { type Exchange, firstValue, type HttpResponse } from './transport/exchange';

export type ResponseBody =
  | { readonly kind: 'json'; readonly value: unknown }
  | { readonly kind: 'not-json'; readonly text: string }
  /** Cut off, over-long, or in a content coding that does not decode. */
  | { readonly kind: 'unreadable' };

/** Asked for or not, a server may use any coding when the request names none (RFC 9110 section 12.5.3). */
const DECODERS: ReadonlyMap<string, typeof gunzipSync> = new Map([
  ['gzip', gunzipSync],
  ['x-gzip', gunzipSync],
  ['deflate', inflateSync],
  ['br', brotliDecompressSync],
]);

const UTF_8 = new TextDecoder('utf-8');

export function readResponseBody({ headers, body, maxBytes }: HttpResponse): ResponseBody {
  const contentEncoding = firstValue(headers['content-encoding'])?.trim().toLowerCase();
  const decoded = body && decode(body, contentEncoding || 'identity', maxBytes);
  if (!decoded) {
    return { kind: 'unreadable' };
  }
  if (decoded.length === 0) {
    // Every success: its body is no JSON, and an exception that says so costs a fifth of a mutation.
    return { kind: 'not-json', text: '' };
  }
  const text = UTF_8.decode(decoded);
  try {
    return { kind: 'json', value: JSON.parse(text) };
  } catch {
    return { kind: 'not-json', text };
  }
}

function decode(bytes: Buffer, contentEncoding: string, maxBytes: number): Buffer | undefined {
  if (contentEncoding === 'identity' || bytes.length === 0) {
    return bytes;
  }
  try {
    // The bound holds after decoding too, so that a small body cannot become a large one.
    return DECODERS.get(contentEncoding)?.(bytes, { maxOutputLength: maxBytes });
  } catch {
    return undefined;
  }
}

/** Errors returned from one body; more than DigiCert has been seen to send, and a bound. */
const MAX_DIGICERT_ERRORS = 50;

/** Characters kept of each code and message. */
const MAX_TEXT_LENGTH = 1000;

/**
 * All of DigiCert's errors in a body: `errors` as a list or as one entry, else `error`, else the body itself, with `description`
 * in place of `message`; entries with a code alone or a message alone, and a plain text; and `<error>` elements of XML.
 * A number is no code.
 */
export function readDigicertErrors(body: ResponseBody): readonly DigicertError[] {
  for (const entries of listErrors(body)) {
    const errors = [entries].flat().flatMap(toDigicertError);
    if (errors.length > 0) {
      return errors.slice(0, MAX_DIGICERT_ERRORS);
    }
  }
  return [];
}

function listErrors(body: ResponseBody): readonly unknown[] {
  if (body.kind === 'not-json') {
    return body.text === '' ? [] : [readXmlErrors(body.text)];
  }
  return body.kind === 'json' && isObject(body.value)
    ? [body.value.errors, body.value.error, body.value]
    : [];
}

function toDigicertError(entry: unknown): readonly DigicertError[] {
  const { code: given, message: text, description } = isObject(entry) ? entry : { message: entry };
  const code = typeof given === 'string' && !/^\d+$/.test(given) ? toText(given) : undefined;
  const message = toText(text) ?? toText(description);
  return code === undefined && message === undefined ? [] : [{ code, message }];
}

/** As DigiCert's older API wrote them: `<error><code>..</code><description>..</description></error>`. */
function readXmlErrors(text: string): readonly object[] {
  return text
    .split('<error>', MAX_DIGICERT_ERRORS + 1)
    .slice(1)
    .map((element) => {
      const [error = ''] = element.split('</error>', 1);
      const read = (name: string) => decodeXml(error.split(`<${name}>`)[1]?.split(`</${name}>`)[0]);
      return { code: read('code'), message: read('message') ?? read('description') };
    });
}

const XML_ENTITIES: Readonly<Record<string, string>> = {
  lt: '<',
  gt: '>',
  quot: '"',
  apos: "'",
  amp: '&',
};

function decodeXml(text: string | undefined): string | undefined {
  return text
    ?.trim()
    .replace(/^<!\[CDATA\[|\]\]>$/g, '')
    .replace(/&(lt|gt|quot|apos|amp);/g, (whole, name: string) => XML_ENTITIES[name] ?? whole);
}

/** The body of a 200 that is a JSON object; `undefined` for every other exchange. */
export function readOkObject(exchange: Exchange): Record<string, unknown> | undefined {
  if (exchange.kind !== 'response' || exchange.status !== 200) {
    return undefined;
  }
  const body = readResponseBody(exchange);
  return body.kind === 'json' && isObject(body.value) ? body.value : undefined;
}

/** Characters kept of what is one word of DigiCert's, such as a status. */
const MAX_WORD_LENGTH = 100;

/** As {@link toText}, for a word of an open set. */
export function toWord(value: unknown): string | undefined {
  return toText(value, MAX_WORD_LENGTH);
}

const LINE_BREAK_OR_TAB = /\r\n?|[\n\t]/g;

/** A non-empty text or number, as well-formed, visible text of bounded length on one line; `undefined` for the rest. */
export function toText(value: unknown, maxLength = MAX_TEXT_LENGTH): string | undefined {
  const text = typeof value === 'number' ? String(value) : value;
  if (typeof text !== 'string' || text === '') {
    return undefined;
  }
  const line = text.slice(0, maxLength).replace(LINE_BREAK_OR_TAB, ' ');
  // Escapes are longer than what they stand for.
  return toVisible(line).slice(0, maxLength).toWellFormed();
}
