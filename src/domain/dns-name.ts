// The shape of a DNS name. Whether it exists, or is in the order, is DigiCert's to say.
import { toASCII } from 'tr46';
import isFQDN from 'validator/lib/isFQDN';

/** Longest DNS name in its text form, in octets (RFC 1035 section 2.3.4, without the root dot). */
const MAX_NAME_LENGTH = 253;

/** Letters, digits and single hyphens below an alphabetic top level: as nearly all names are, and their own ASCII form. */
const PLAIN_NAME = /^(?:[a-z0-9]+(?:-[a-z0-9]+)*\.)+[a-z]{2,63}$/;

const MAX_LABEL_LENGTH = 63;

const LONG_LABEL = /[^.]{64}/;

const NEEDS_MAPPING = /[\u0080-\uffff]|(?:^|\.)xn--/i;

/** In lower case, after any of the four full stops that UTS 46 knows. */
const A_LABEL = /(?<![^.\u3002\uff0e\uff61])xn--[a-z0-9-]+/g;

/**
 * Returns the name in lower case with Unicode labels as A-labels (`bücher.example` ->
 * `xn--bcher-kva.example`), or `undefined` when it is no fully qualified name.
 */
export function parseDnsName(text: string): string | undefined {
  if (text.length > MAX_NAME_LENGTH) {
    return undefined;
  }
  // What follows takes as long as twenty plain names, with Unicode labels two hundred, and there may be 750 in one request.
  if (PLAIN_NAME.test(text) && !(text.length > MAX_LABEL_LENGTH && LONG_LABEL.test(text))) {
    return text;
  }
  const ascii = NEEDS_MAPPING.test(text) ? toALabels(text) : text.toLowerCase();
  return ascii !== undefined && ascii.length <= MAX_NAME_LENGTH && isFQDN(ascii)
    ? ascii
    : undefined;
}

/**
 * UTS 46, non-transitional, with the checks of a URL's host (WHATWG URL section 3.3). Not node:url's domainToASCII: its
 * mapping depends on the version of Node, and `STRAẞE.de` would be one domain on Node 22 and another on Node 24.
 */
function toALabels(text: string): string | undefined {
  const ascii = toASCII(text, { checkBidi: true, checkJoiners: true });
  const typed = text.toLowerCase().match(A_LABEL) ?? [];
  // A-label in, same A-label out: tr46 reads two encoded surrogates as one character, whose A-label is another.
  return ascii !== null && typed.every((label) => ascii.includes(label)) ? ascii : undefined;
}

/** As {@link parseDnsName}, and one leading `*.` is kept: the domain of a wildcard certificate. */
export function parseDomainScope(text: string): string | undefined {
  if (!text.startsWith('*.')) {
    return parseDnsName(text);
  }
  const base = parseDnsName(text.slice(2));
  return base === undefined || base.length > MAX_NAME_LENGTH - 2 ? undefined : `*.${base}`;
}
