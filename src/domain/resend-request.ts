// The local check: turns what a caller typed into a request that is fit to be sent, or into every
// fault found in it. Nothing that fails here costs an upstream call.
import { INVISIBLE, toVisible } from '../lib/visible-text';
import { parseDnsName, parseDomainScope } from './dns-name';
import { parseEmailAddress } from './email-address';
import type { InputIssue, Recipient } from './outcome';
import { isNameOrParent, isPublicSuffix, withoutWildcard } from './parent-domain';
import { toOverlap } from './recipient';
import { trimBlanks, trimName } from './trim';

/** More entries than a DV order can have names (DigiCert's multi-domain limit). */
const MAX_APPROVAL_EMAILS = 250;

/** Faults that are reported; more than a user corrects at a time. The others are only counted. */
const MAX_ISSUES = 50;

/** DigiCert's ids have 6 to 9 digits and some lead with zeros, so an id is text, not a number. */
const ORDER_ID = /^[0-9]{1,20}$/;

export const INVALID_ORDER_ID = 'An order id has 1 to 20 digits, such as 1234567.';

/** A language with optional subtags; which codes DigiCert knows is not published. */
const LOCALE = /^[A-Za-z]{2,3}(?:[-_][A-Za-z0-9]{1,8}){0,4}$/;

/** What the caller typed. `null` and a missing key mean the same: not given. */
export interface ResendInput {
  readonly domainApprovalEmails?: readonly ApprovalEmailInput[] | null | undefined;
  readonly locale?: string | null | undefined;
}

type ApprovalEmailInput = { readonly [Field in keyof Recipient]: string | null | undefined };

/** A checked request. Absent keys stay absent all the way to the wire. */
export interface ResendRequest {
  readonly orderId: string;
  readonly domainApprovalEmails: readonly Recipient[] | undefined;
  readonly locale: string | undefined;
  /** An entry did not name the parent domain that its address is at, so it was added. */
  readonly emailDomainAdded: boolean;
}

export function isOrderId(text: string): boolean {
  return ORDER_ID.test(text);
}

/** `addEmailDomain`: whether an entry whose address is at a parent of its domain gets the `emailDomain` it lacks. */
export function parseResendRequest(
  orderId: string,
  input: ResendInput | null | undefined,
  { addEmailDomain = true } = {},
) {
  const issues: InputIssue[] = [];
  if (!isOrderId(orderId)) {
    issues.push({ path: ['orderId'], message: INVALID_ORDER_ID });
  }
  const given = parseApprovalEmails(input?.domainApprovalEmails, issues);
  const locale = input?.locale ?? undefined;
  if (locale !== undefined && !LOCALE.test(locale)) {
    issues.push({ path: ['input', 'locale'], message: 'A locale is a language code such as en.' });
  }
  if (issues.length > 0) {
    const listed = issues.slice(0, MAX_ISSUES);
    return { ok: false as const, issues: listed, issueCount: issues.length };
  }
  const domainApprovalEmails = addEmailDomain ? given?.map(withEmailDomain) : given;
  const emailDomainAdded =
    domainApprovalEmails?.some(
      ({ emailDomain }, index) => emailDomain !== given?.[index]?.emailDomain,
    ) ?? false;
  const request: ResendRequest = { orderId, domainApprovalEmails, locale, emailDomainAdded };
  return { ok: true as const, request };
}

function parseApprovalEmails(
  entries: readonly ApprovalEmailInput[] | null | undefined,
  issues: InputIssue[],
): Recipient[] | undefined {
  if (!entries) {
    return undefined;
  }
  const path = ['input', 'domainApprovalEmails'];
  if (entries.length > MAX_APPROVAL_EMAILS) {
    issues.push({
      path,
      message: `At most ${MAX_APPROVAL_EMAILS} entries are sent at once, and this list has ${entries.length}. Send the others in further calls, ${MAX_APPROVAL_EMAILS} at a time.`,
    });
  }
  /** The first entry of each mark. */
  const marked = new Map<string, number>();
  // Entries past the limit are not looked at: the list is refused anyway, and the response stays bounded.
  return entries.slice(0, MAX_APPROVAL_EMAILS).map((entry, index) => {
    const entryPath = () => [...path, String(index)];
    const faultsBefore = issues.length;
    const parsed = parseEntry(entry, entryPath, issues);
    // One entry alone, which is what most requests have, overlaps nothing.
    if (issues.length === faultsBefore && entries.length > 1) {
      const { marks, conflictsWith } = toOverlap(parsed);
      let earlier = index;
      for (const mark of conflictsWith) {
        earlier = Math.min(earlier, marked.get(mark) ?? index);
      }
      if (earlier < index) {
        issues.push({ path: entryPath(), message: describeOverlap(earlier) });
      }
      for (const mark of marks) {
        if (!marked.has(mark)) {
          marked.set(mark, index);
        }
      }
    }
    return parsed;
  });
}

function describeOverlap(earlier: number): string {
  return `This entry and the one at index ${earlier} may be the same email; each entry causes one email.`;
}

const ENTRY_FIELDS = [
  ['domain', parseDomainScope, 'is not a domain name such as example.com or *.example.com.'],
  ['email', parseEmailAddress, 'is not an email address such as admin@example.com.'],
  ['emailDomain', parseDnsName, 'is not a domain name such as example.com.'],
] as const;

/** Returns the entry with the fields that are right; each that is wrong adds an issue instead. */
function parseEntry(
  entry: ApprovalEmailInput,
  path: () => readonly string[],
  issues: InputIssue[],
): Recipient {
  if (entry.domain == null && entry.email == null) {
    issues.push({ path: path(), message: 'An entry needs a domain, an email or both.' });
  }
  const parsed: { -readonly [Field in keyof Recipient]: string } = {};
  for (const [field, parse, complaint] of ENTRY_FIELDS) {
    const text = entry[field];
    if (text != null) {
      const trimmed = field === 'email' ? trimBlanks(text) : trimName(text);
      const isInvisible = trimmed.search(INVISIBLE) !== -1;
      const value = isInvisible ? undefined : parse(trimmed);
      if (value === undefined) {
        const message = `${quote(text)} ${isInvisible ? NOT_SEEN : complaint}`;
        issues.push({ path: [...path(), field], message });
      } else {
        parsed[field] = value;
      }
    }
  }
  const { domain, emailDomain } = parsed;
  if (emailDomain !== undefined && isPublicSuffix(emailDomain)) {
    issues.push({
      path: [...path(), 'emailDomain'],
      message: `${quote(emailDomain)} is a public suffix: names below it have different owners.`,
    });
  } else if (emailDomain !== undefined && domain && !isNameOrParent(emailDomain, domain)) {
    issues.push({
      path: [...path(), 'emailDomain'],
      message: `${quote(emailDomain)} is neither ${domain} nor a parent of it.`,
    });
  }
  return parsed;
}

/**
 * DigiCert mails an address at a parent of the domain only where `email_domain` says so (docs/decisions/0018-real-orders.md).
 */
function withEmailDomain(entry: Recipient): Recipient {
  const { domain, email, emailDomain } = entry;
  const mailDomain = email?.slice(email.lastIndexOf('@') + 1);
  const isAtParent =
    domain !== undefined &&
    mailDomain !== undefined &&
    mailDomain !== withoutWildcard(domain) &&
    isNameOrParent(mailDomain, domain) &&
    !isPublicSuffix(mailDomain);
  return emailDomain === undefined && isAtParent ? { ...entry, emailDomain: mailDomain } : entry;
}

const NOT_SEEN =
  'has a character that cannot be seen, shown here by its number: type it again without that.';

/** Long enough to recognise what was typed, short enough for an error message. */
const MAX_QUOTED_LENGTH = 80;

function quote(text: string): string {
  const shown = text.length > MAX_QUOTED_LENGTH ? `${text.slice(0, MAX_QUOTED_LENGTH)}…` : text;
  return toVisible(JSON.stringify(shown), INVISIBLE);
}
