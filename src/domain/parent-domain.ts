// Which domain an address may be at that approves a name: the name itself or a parent of it (CA/Browser Forum Baseline
// Requirements, 3.2.2.4.4), and never a public suffix.
import { getDomain, parse } from 'tldts';

/** Whether names below it belong to different owners: ICANN's suffixes and private ones, such as `co.uk` and `github.io`. */
export function isPublicSuffix(domain: string): boolean {
  return getRegistrableDomain(domain) === undefined;
}

/** Of ICANN's list. It is a public suffix, and no fully qualified name. */
export function isTopLevelDomain(name: string): boolean {
  const { publicSuffix, isIcann } = parse(name);
  return isIcann === true && publicSuffix === name.toLowerCase() && !name.includes('.');
}

/** What its owner registered: `example.co.uk` of `a.example.co.uk`. `undefined` for a public suffix. */
export function getRegistrableDomain(name: string): string | undefined {
  return getDomain(name, { allowPrivateDomains: true }) ?? undefined;
}

/** Whether `domain` is the name or a parent of it; a leading `*.` of the name does not count. */
export function isNameOrParent(domain: string, name: string): boolean {
  return `.${withoutWildcard(name)}`.endsWith(`.${domain}`);
}

export function withoutWildcard(name: string): string {
  return name.replace(/^\*\./, '');
}
