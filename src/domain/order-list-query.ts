// What is asked of the list of orders, checked: DigiCert's filters, and a page of what they leave.
import { INVISIBLE, toVisible } from '../lib/visible-text';
import { parseDnsName } from './dns-name';
import type { InputIssue } from './outcome';
import { withoutWildcard } from './parent-domain';
import { trimName } from './trim';

/** Orders of one page. */
const MAX_PAGE = 100;

export const DEFAULT_PAGE = 20;

/** Characters that are searched for; longer than any name or address. */
const MAX_SEARCH_LENGTH = 255;

/** Of the orders that a caller can page to; DigiCert counts from the newest for each page. */
const MAX_OFFSET = 1_000_000;

const STATUS = /^[A-Za-z_]{1,50}$/;

export interface OrderListQuery {
  /** An A-label name. */
  readonly domainName: string | undefined;
  readonly search: string | undefined;
  readonly status: string | undefined;
  /** How many of the newest are left out. */
  readonly offset: number;
  /** How many are requested at most; one more than a page has shows whether there is another page. */
  readonly limit: number;
}

type Nullable<Value> = Value | null | undefined;

/** What the caller typed. */
export interface OrderListInput {
  readonly filter?: Nullable<{
    readonly domainName?: Nullable<string>;
    readonly search?: Nullable<string>;
    readonly status?: Nullable<string>;
  }>;
  readonly first?: Nullable<number>;
  readonly after?: Nullable<string>;
}

export function parseOrderListQuery({ filter, first, after }: OrderListInput) {
  const issues: InputIssue[] = [];
  /** The value, if there is one and it is right. */
  const check = <Value, Result>(
    path: readonly string[],
    value: Nullable<Value>,
    parse: (value: Value) => Result | undefined,
    complaint: string,
  ): Result | undefined => {
    const parsed = value == null ? undefined : parse(value);
    if (value != null && parsed === undefined) {
      issues.push({ path, message: complaint });
    }
    return parsed;
  };
  const page =
    check(['first'], first, parsePage, `A page has 1 to ${MAX_PAGE} orders.`) ?? DEFAULT_PAGE;
  const offset =
    check(['after'], after, parseCursor, 'This is no cursor of an order: give one as it came.') ??
    0;
  const query: OrderListQuery = {
    domainName: check(
      ['filter', 'domainName'],
      filter?.domainName,
      (name) => parseDnsName(withoutWildcard(trimName(name))),
      'This is not a domain name such as example.com.',
    ),
    search: check(
      ['filter', 'search'],
      filter?.search,
      parseSearch,
      `Search for 1 to ${MAX_SEARCH_LENGTH} characters, all of which can be seen.`,
    ),
    status: check(
      ['filter', 'status'],
      filter?.status,
      (status) => (STATUS.test(status) ? status.toLowerCase() : undefined),
      'A status is one word of DigiCert, such as pending.',
    ),
    offset,
    limit: page + 1,
  };
  return issues.length > 0 ? { ok: false as const, issues } : { ok: true as const, query, page };
}

function parsePage(first: number): number | undefined {
  return Number.isInteger(first) && first >= 1 && first <= MAX_PAGE ? first : undefined;
}

function parseSearch(search: string): string | undefined {
  const text = search.trim();
  const isGood = text.length > 0 && text.length <= MAX_SEARCH_LENGTH;
  return isGood && toVisible(text, INVISIBLE) === text ? text : undefined;
}

const CURSOR_PREFIX = 'orders:';

/** Of the order that so many newer ones come before: what follows it. */
export function toCursor(position: number): string {
  return Buffer.from(`${CURSOR_PREFIX}${position + 1}`).toString('base64url');
}

function parseCursor(cursor: string): number | undefined {
  const text = Buffer.from(cursor, 'base64url').toString();
  const offset = text.startsWith(CURSOR_PREFIX) ? Number(text.slice(CURSOR_PREFIX.length)) : -1;
  return offset > 0 && offset <= MAX_OFFSET && toCursor(offset - 1) === cursor ? offset : undefined;
}
