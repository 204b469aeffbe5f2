// The gateway's own name and version, as package.json has them.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';

export interface PackageInfo {
  readonly name: string;
  readonly version: string;
  /** `name/version` */
  readonly userAgent: string;
}

export function readPackageInfo(): PackageInfo {
  // One folder up from both src/ and dist/.
  const { name, version } = JSON.parse(
    readFileSync(join(__dirname, '..', 'package.json'), 'utf8'),
  ) as { readonly name: string; readonly version: string };
  return { name, version, userAgent: `${name}/${version}` };
}
