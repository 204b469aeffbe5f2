// The shape of a DNS name. Whether it exists, or is in the order, is DigiCert's to say.
import { domainToASCII, domainToUnicode } from 'node:url';
import isFQDN from 'validator/lib/isFQDN';

/** Longest DNS name in its text form, in octets (RFC 1035 section 2.3.4, without the root dot). */
const MAX_NAME_LENGTH = 253;

/** Letters, digits and single hyphens below an alphabetic top level: as nearly all names are, and their own ASCII form. */
const PLAIN_NAME = /^(?:[a-z0-9]+(?:-[a-z0-9]+)*\.)+[a-z]{2,63}$/;

const MAX_LABEL_LENGTH = 63;

const LONG_LABEL = /[^.]{64}/;

/** ASCII that a URL parser would read as the end of the host, so that it never reaches one. */
const NOT_IN_A_NAME = /[^a-z0-9.\-\u0080-\u{10ffff}]/iu;

/**
 * Returns the name in lower case with Unicode labels as A-labels (`bücher.example` ->
 * `xn--bcher-kva.example`), or `undefined` when it is no fully qualified name.
 */
export function parseDnsName(text: string): string | undefined {
  if (text.length > MAX_NAME_LENGTH) {
    return undefined;
  }
  // What follows takes as long as ten plain names, and there may be 750 in one request.
  if (PLAIN_NAME.test(text) && !(text.length > MAX_LABEL_LENGTH && LONG_LABEL.test(text))) {
    return text;
  }
  if (NOT_IN_A_NAME.test(text)) {
    return undefined;
  }
  const ascii = domainToASCII(text);
  // The URL parser turns what looks like an IPv4 address into one; isFQDN refuses numeric top levels.
  return ascii.length <= MAX_NAME_LENGTH && isFQDN(ascii) && hasRealALabels(ascii)
    ? ascii
    : undefined;
}

/** Whether every `xn--` label decodes. Node 24 lets those that do not pass through domainToASCII. */
function hasRealALabels(ascii: string): boolean {
  const unicode = domainToUnicode(ascii);
  return unicode !== '' && !/(?:^|\.)xn--/.test(unicode);
}

/** As {@link parseDnsName}, and one leading `*.` is kept: the domain of a wildcard certificate. */
export function parseDomainScope(text: string): string | undefined {
  if (!text.startsWith('*.')) {
    return parseDnsName(text);
  }
  const base = parseDnsName(text.slice(2));
  return base === undefined || base.length > MAX_NAME_LENGTH - 2 ? undefined : `*.${base}`;
}
