// What was typed or pasted, as a place of the page: an order by its number, or a search for a domain.
import type { Place } from '../use-url';

/** As the gateway takes them. */
const ORDER_NUMBER = /^\d{1,20}$/;

/** `#1001`, `Order 1001`, `order no. 1001`. */
const LABEL = /^(?:order)?[\s:]*(?:no\.?|number)?[\s:]*#?\s*/i;

/** Of an address of a page; also without what follows the name. */
const SCHEME = /^[a-z][a-z\d+.-]*:\/\//i;

/** Two labels at least; a wildcard too. */
const DNS_NAME = /^(?:\*\.)?[\p{L}\p{N}_-]+(?:\.[\p{L}\p{N}_-]+)+$/u;

export function isOrderNumber(text: string): boolean {
  return ORDER_NUMBER.test(text);
}

/** Whether it may be a name as a whole, not part of one. */
export function isDnsName(text: string): boolean {
  return DNS_NAME.test(text);
}

export function toPlace(text: string): Place {
  const number = text.replace(LABEL, '').trim();
  return isOrderNumber(number) ? { order: number } : { search: toDomain(text) };
}

/** The domain of a URL or of an email address; any other text as it is. */
function toDomain(text: string): string {
  const [authority = ''] = text.replace(SCHEME, '').split(/[/?#]/);
  const name = authority
    .slice(authority.lastIndexOf('@') + 1)
    .replace(/:\d+$/, '')
    .replace(/\.$/, '');
  return isDnsName(name) ? name : text;
}
