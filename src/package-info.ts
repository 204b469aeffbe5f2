/** The gateway's own name and version, as package.json has them: one folder up from both src/ and dist/. */
export function readPackageInfo() {
  const { name, version } = require('../package.json') as { name: string; version: string };
  return { name, version, userAgent: `${name}/${version}` };
}
